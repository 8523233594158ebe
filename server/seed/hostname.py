import socket

print(socket.gethostname().split(".")[0])
