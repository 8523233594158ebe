import glob
import os
import re
import shlex
import subprocess


def listed():
    """Code and name of each device, as lspci tells; the names come from its own list."""
    try:
        output = subprocess.check_output(["lspci", "-mm", "-nn"], stderr=subprocess.DEVNULL)
    except (OSError, subprocess.CalledProcessError):
        return
    for line in output.decode("utf-8", "replace").splitlines():
        fields = [re.match(r"(.*?)(?: \[([0-9a-f]{4})\])?$", field) for field in shlex.split(line)]
        names = [field.group(1).replace(",", " ").replace("~", "-") for field in fields]
        codes = [field.group(2) for field in fields]
        if len(fields) > 3 and codes[2] and codes[3]:
            yield codes[2] + ":" + codes[3], names[1] + ": " + names[2] + " " + names[3]


def found():
    """Code of each device, as the kernel tells; it knows no names."""
    for folder in glob.glob("/sys/bus/pci/devices/*"):
        try:
            codes = [open(os.path.join(folder, name)).read().strip() for name in ("vendor", "device")]
        except OSError:
            continue
        yield ":".join(code.replace("0x", "", 1) for code in codes), ""


devices = dict(listed()) or dict(found())
print(",".join(code + "~" + name if name else code for code, name in sorted(devices.items())))
