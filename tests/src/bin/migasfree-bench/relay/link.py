"""One end of a link between two network namespaces: what a TUN device gives is passed on late, and some of it never.

    link.py OWN_SOCKET OTHER_SOCKET ADDRESS SEED MILLISECONDS LOSS
"""

import fcntl
import heapq
import os
import random
import select
import socket
import struct
import subprocess
import sys
import time

TUNSETIFF = 0x400454CA
TUN_WITHOUT_HEADER = 0x0001 | 0x1000
LARGEST = 65536
# Packets on the way: as many as a router would keep.
MOST = 1000
# As soon as it is worth trying again.
MOMENT = 0.0005

own, other, address, seed, milliseconds, loss = sys.argv[1:]
delay, loss = float(milliseconds) / 1000, float(loss)
chance = random.Random(int(seed))

tun = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
fcntl.ioctl(tun, TUNSETIFF, struct.pack("16sH22x", b"mf0", TUN_WITHOUT_HEADER))
for words in (
    ["link", "set", "lo", "up"],
    ["address", "add", address, "dev", "mf0"],
    ["link", "set", "dev", "mf0", "up"],
):
    subprocess.run(["ip", *words], check=True)

line = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
line.bind(own)
line.setblocking(False)
print("linked", flush=True)

under_way = []
count = 0


def send():
    """Passes on what is due. What the other end has no room for goes a moment later: waiting here, both could wait for ever."""
    while under_way and under_way[0][0] <= time.monotonic():
        try:
            line.sendto(under_way[0][2], other)
        except BlockingIOError:
            return
        except (FileNotFoundError, ConnectionRefusedError):
            # The other end is not there yet, or not any more.
            pass
        heapq.heappop(under_way)


while True:
    wait = None
    if under_way:
        wait = max(MOMENT, under_way[0][0] - time.monotonic())
    ready, _, _ = select.select([tun, line], [], [], wait)
    if tun in ready:
        packet = os.read(tun, LARGEST)
        if len(under_way) < MOST and chance.random() >= loss:
            count += 1
            heapq.heappush(under_way, (time.monotonic() + delay, count, packet))
    if line in ready:
        os.write(tun, line.recv(LARGEST))
    send()
