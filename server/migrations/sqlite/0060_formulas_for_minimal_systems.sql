-- Formulas that came with the server and failed on systems without lspci or ip, which marked every
-- synchronisation: those that nobody changed are renewed. Its twin for the other engine has the same number.

UPDATE core_property SET code = 'import glob
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
'
WHERE prefix = 'PCI' AND code LIKE '%check_output(["lspci", "-mm", "-nn"], text=True)%';

UPDATE core_property SET code = 'import ipaddress
import socket
import struct


def address(text):
    """The kernel writes addresses as numbers of this computer''s byte order."""
    return ipaddress.ip_address(socket.inet_ntoa(struct.pack("=I", int(text, 16))))


routes = []
try:
    with open("/proc/net/route") as lines:
        for line in list(lines)[1:]:
            interface, destination, gateway, flags, _, _, metric, mask = line.split()[:8]
            if int(flags, 16) & 1:
                network = ipaddress.ip_network("%s/%s" % (address(destination), address(mask)))
                routes.append((int(metric), interface, network, address(gateway)))
except OSError:
    pass

ways_out = sorted(route for route in routes if route[2].prefixlen == 0)
for _, interface, _, gateway in ways_out[:1]:
    direct = [
        network
        for _, there, network, hop in sorted(routes)
        if there == interface and int(hop) == 0 and 0 < network.prefixlen < 32
    ]
    nearest = [network for network in direct if gateway in network] or direct
    for network in nearest[:1]:
        print(network)
'
WHERE prefix = 'NET' AND code LIKE '%check_output(["ip", "-json", "-4", *arguments])%';
