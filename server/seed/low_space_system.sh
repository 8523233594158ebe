used=$(df --output=pcent "/" | tail -n 1 | tr -dc '0-9')
if [ "${used:-0}" -gt 90 ]; then
    echo "/ is ${used} % full"
fi
