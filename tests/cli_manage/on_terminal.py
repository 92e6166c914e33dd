"""Runs a program on a terminal of its own and answers its questions.

usage: on_terminal.py COLUMNS ANSWERS PROGRAM [ARGUMENT…]
ANSWERS is a JSON list of [words, keys]: when the words are on the terminal, the keys are typed.
Prints everything that the terminal got; ends with the program's exit code.
"""

import fcntl
import json
import os
import pty
import struct
import sys
import termios

columns, answers = int(sys.argv[1]), json.loads(sys.argv[2])
pid, terminal = pty.fork()
if pid == 0:
    # Set before the program looks.
    fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    os.execv(sys.argv[3], sys.argv[3:])
seen = b""
searched = 0
while True:
    try:
        got = os.read(terminal, 65536)
    except OSError:
        break
    if not got:
        break
    seen += got
    if answers:
        at = seen.find(answers[0][0].encode(), searched)
        if at >= 0:
            searched = at + len(answers[0][0].encode())
            os.write(terminal, answers.pop(0)[1].encode())
sys.stdout.buffer.write(seen)
sys.stdout.buffer.flush()
code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
sys.exit(code if code >= 0 else 128 - code)
