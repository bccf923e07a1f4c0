import sys, threading
stop = threading.Event()
ts = [threading.Thread(target=stop.wait, daemon=True) for _ in range(int(sys.argv[1]))]
for t in ts: t.start()
print('ready', flush=True)
sys.stdin.read()
stop.set()
