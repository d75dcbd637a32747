"""Runs the commands of docs/guides/*.md as written, and compares what they print with what the page says.

A page's fenced `console` blocks are one session, from the first to the last:

    ```console
    $ assay key new alice --password-file pw
    name        alice
    address     assay1…
    …
    ```

A line `$ COMMAND` is given to bash; it goes on after a trailing backslash, and until the end of a `<<'EOF'`. The lines
below it, up to the next command, are what stdout and stderr print together. `…` inside a line stands for any text, a
line of its own for any number of lines; blank lines at both ends do not count. Without lines below it anything may be
printed. A command ends with exit 0, or with N where it ends with `# exit N`. Blocks of another kind (text, json, sh)
are for reading only.

Machines. `NAME$ COMMAND` is typed on a machine NAME: each has a shell, a HOME and an environment of its own; `$` alone
is one more. All begin in the same empty folder, as if it was a stick carried between them. A machine whose name begins
with "offline" has a node address where nobody answers.

Devnet. One runs meanwhile, with blocks of 100 ms; `<!-- guide: devnet 1s -->` anywhere in the page chooses another time,
`on-demand` a block as soon as there is something for it. `<!-- guide: no devnet -->` runs none, for pages that start
nodes themselves, `<!-- guide: network -->` the same for pages that start several, under CometBFT: skipped where that is not there. Every address 127.0.0.1:PORT and localhost:PORT of a page is moved to a free port, and moved back in
what is printed, so a page names the usual 8710. PATH begins with the programs, ASSAY_NODE, ASSAY_PROVER_NODE and
ASSAYD_RPC_LISTEN name the devnet or the port that stands for 8710. What a page starts in the background ends with it.

    for page in pages(): Guide(page).check(folder)              # raises Differs, with the place in the page
"""

import os
import pathlib
import re
import select
import signal
import socket
import subprocess
import time

import harness

ROOT = pathlib.Path(__file__).resolve().parents[2]
ADDRESS = re.compile(r"\b(?:127\.0\.0\.1|localhost):(\d{4,5})\b")
PROMPT = re.compile(r"^([a-z][a-z0-9_-]*)?\$ (.*)$")
HEREDOC = re.compile(r"<<-?\s*'?\"?([A-Za-z_]+)")
EXIT = re.compile(r"#\s*exit (\d+)\s*$")
DIRECTIVE = re.compile(r"<!--\s*guide:\s*(.*?)\s*-->")
LONGEST = 60


class Differs(AssertionError):
    pass


def pages():
    return sorted((ROOT / "docs" / "guides").glob("*.md"))


class Step:
    def __init__(self, line, machine, command):
        self.line, self.machine, self.command = line, machine, command
        self.expected = []

    @property
    def exit(self):
        found = EXIT.search(self.command)
        return int(found.group(1)) if found else 0


def steps(text):
    """Every command of the page's console blocks, in order, with the lines below it."""
    out, inside, unfinished = [], False, None
    for number, line in enumerate(text.splitlines(), 1):
        if not inside:
            inside = line.strip() == "```console"
            first = True
            continue
        if line.strip() == "```" and unfinished is None:
            inside = False
            continue
        if unfinished is not None:
            out[-1].command += "\n" + line
            if (unfinished == "\\" and not line.endswith("\\")) or line.strip() == unfinished:
                unfinished = None
            continue
        prompt = PROMPT.match(line)
        if prompt:
            first = False
            out.append(Step(number, prompt.group(1) or "", prompt.group(2)))
            document = HEREDOC.search(prompt.group(2))
            unfinished = document.group(1) if document else "\\" if line.endswith("\\") else None
        elif first:
            raise Differs(f"line {number}: a console block begins with output instead of a command")
        else:
            out[-1].expected.append(line.rstrip())
    if inside or unfinished is not None:
        raise Differs("the last console block does not end")
    return out


def trimmed(lines):
    lines = [line.rstrip() for line in lines]
    while lines and not lines[0]:
        lines = lines[1:]
    while lines and not lines[-1]:
        lines = lines[:-1]
    return lines


def matches(expected, printed):
    """Whether printed lines are what the page shows; a line of `…` alone stands for any number of them."""
    pattern = ""
    for line in trimmed(expected):
        if line.strip() == "…":
            pattern += r"(?:[^\n]*\n)*?"
        else:
            pattern += ".*?".join(re.escape(part) for part in line.split("…")) + r"\n"
    return re.fullmatch(pattern, "".join(line + "\n" for line in trimmed(printed))) is not None


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Shell:
    """A bash that keeps its variables from one command to the next, and says where each one's output ends."""

    END = "\x01"

    def __init__(self, folder, environment):
        self.process = subprocess.Popen(["bash", "--norc", "--noprofile"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.STDOUT, cwd=folder, env=environment, start_new_session=True)

    def run(self, command):
        self.process.stdin.write(f"{{ {command}\n}} </dev/null\nprintf '{self.END}%d{self.END}' $?\n".encode())
        self.process.stdin.flush()
        out, end = b"", time.monotonic() + LONGEST
        mark = self.END.encode()
        while out.count(mark) < 2:
            ready, _, _ = select.select([self.process.stdout], [], [], max(0, end - time.monotonic()))
            piece = os.read(self.process.stdout.fileno(), 65536) if ready else b""
            if not piece:
                raise Differs(f"it {'ended the shell' if ready else f'did not end within {LONGEST} s'} after printing\n"
                              + out.decode(errors="replace"))
            out += piece
        text, code, _ = out.split(mark, 2)
        return text.decode(errors="replace"), int(code)

    def close(self):
        """With all that it started."""
        for sign in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(self.process.pid, sign)
            except ProcessLookupError:
                break
            time.sleep(0.2)
        self.process.wait(10)
        self.process.stdin.close()
        self.process.stdout.close()


class Guide:
    def __init__(self, page, text=None):
        self.page = pathlib.Path(page)
        self.text = self.page.read_text() if text is None else text
        self.steps = steps(self.text)
        directive = DIRECTIVE.search(self.text)
        self.devnet, self.network = "100ms", False
        if directive:
            said = directive.group(1)
            if said in ("no devnet", "network"):
                self.devnet = None
                self.network = said == "network"
            elif re.fullmatch(r"devnet \S+", said):
                self.devnet = said.split()[1]
            else:
                raise Differs(f"{self.page.name}: unknown directive '{said}'")
        self.ports = {"8710": None}
        for port in ADDRESS.findall(self.text):
            self.ports[port] = None

    def moved(self, text):
        return ADDRESS.sub(lambda m: f"127.0.0.1:{self.ports.get(m.group(1), m.group(1))}", text)

    def moved_back(self, text):
        names = {str(there): here for here, there in self.ports.items()}
        return ADDRESS.sub(lambda m: f"127.0.0.1:{names.get(m.group(1), m.group(1))}", text)

    def environment(self, home, machine):
        home.mkdir()
        nowhere = machine.startswith("offline")
        here = f"127.0.0.1:{self.ports['8710']}"
        node = "http://127.0.0.1:9" if nowhere else f"http://{here}"
        # A page with several nodes says itself where each listens.
        one_node = {} if self.network else {"ASSAYD_RPC_LISTEN": here, "ASSAYD_METRICS_LISTEN": "127.0.0.1:0"}
        return harness.clean_environment(HOME=home, PATH=f"{harness.BIN}:{os.environ['PATH']}", LC_ALL="C.UTF-8", NO_COLOR="1",
                                         ASSAY_NODE=node, ASSAY_PROVER_NODE=node, **one_node)

    def check(self, folder):
        """Runs the page in `folder`. Raises Differs at the first command whose exit or output is another."""
        folder = pathlib.Path(folder)
        node, shells = None, {}
        for port in self.ports:
            self.ports[port] = free_port()
        stick = folder / "stick"
        stick.mkdir()
        try:
            if self.devnet:
                node = harness.Node(folder / "devnet").start(block_time=self.devnet)
                self.ports["8710"] = int(node.url.rsplit(":", 1)[1])
            for step in self.steps:
                if step.machine not in shells:
                    name = step.machine or "home"
                    shells[step.machine] = Shell(stick, self.environment(folder / name, name))
                self.one(step, shells[step.machine])
        finally:
            for shell in shells.values():
                shell.close()
            if node is not None:
                node.terminate()

    def one(self, step, shell):
        where = f"{self.page.name}:{step.line}: {step.machine}$ {step.command}"
        try:
            printed, code = shell.run(self.moved(step.command))
        except Differs as e:
            raise Differs(f"{where}\n{e}") from None
        printed = self.moved_back(printed)
        if code != step.exit:
            raise Differs(f"{where}\nends with {code}, not with {step.exit}, and prints\n{printed}")
        if step.expected and not matches(step.expected, printed.split("\n")):
            raise Differs(f"{where}\nprints\n{printed}\nand the page says\n" + "\n".join(step.expected))
