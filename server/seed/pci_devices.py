import re
import shlex
import subprocess

devices = {}
for line in subprocess.check_output(["lspci", "-mm", "-nn"], text=True).splitlines():
    fields = [re.match(r"(.*?)(?: \[([0-9a-f]{4})\])?$", field) for field in shlex.split(line)]
    names = [field.group(1).replace(",", " ") for field in fields]
    codes = [field.group(2) for field in fields]
    if len(fields) > 3 and codes[2] and codes[3]:
        devices[f"{codes[2]}:{codes[3]}"] = f"{names[1]}: {names[2]} {names[3]}"

print(",".join(f"{code}~{name}" for code, name in sorted(devices.items())))
