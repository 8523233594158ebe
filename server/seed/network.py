import ipaddress
import json
import subprocess


def ip(*arguments):
    return json.loads(subprocess.check_output(["ip", "-json", "-4", *arguments]) or "[]")


routes = ip("route", "show", "default")
if routes:
    for interface in ip("address", "show", "dev", routes[0]["dev"]):
        for address in interface.get("addr_info", [])[:1]:
            print(ipaddress.ip_interface(f"{address['local']}/{address['prefixlen']}").network)
