used=$(df --output=pcent "/home" | tail -n 1 | tr -dc '0-9')
if [ "${used:-0}" -gt 90 ]; then
    echo "/home is ${used} % full"
fi
