#!/usr/bin/env python3
"""The ABCI server under CometBFT's own programs, unmodified: abci-cli and a real node.   test_abci.py --bin DIR

The applications are the small ones of tests/abci/kvstore_server.cpp; the server, its codec and its check of the order
of calls are assayd's.
"""

import json
import pathlib
import socket
import subprocess
import time
import unittest
import urllib.request

import comet
import harness
from harness import Folder, clean_environment


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Application:
    """kvstore_server, which ends when its standard input does."""

    def __init__(self, kind, address):
        self.process = subprocess.Popen([str(harness.BIN.parent / "tests" / "kvstore_server"), kind, address],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        assert line.startswith("listening"), line + self.process.stderr.read()
        self.port = int(line.split()[1])

    def stop(self):
        """What it said, or nothing; it must end well."""
        said = "".join(self.process.communicate(timeout=20))
        assert self.process.returncode == 0, said
        return said

    def kill(self):
        self.process.kill()
        self.process.communicate()


class WithEngine(unittest.TestCase):
    def setUp(self):
        comet.needs_cometbft()
        self.folder = Folder()
        self.path = self.folder.__enter__()
        self.addCleanup(self.folder.__exit__)
        self.socket = f"unix://{self.path}/abci.sock"

    def application(self, kind="kvstore", address=None):
        app = Application(kind, address or self.socket)
        self.addCleanup(app.kill)
        return app


class AbciCli(WithEngine):
    def setUp(self):
        super().setUp()
        if comet.program(name="abci-cli") is None:
            self.skipTest("there is no abci-cli: scripts/get-cometbft.sh --force")

    def cli(self, version, address, *arguments, stdin="", exit=0):
        done = subprocess.run([str(comet.program(version, "abci-cli")), "--log_level", "error", "--address", address,
                               *arguments], input=stdin, text=True, capture_output=True, timeout=60,
                              env=clean_environment())
        self.assertEqual(done.returncode, exit, done.stdout + done.stderr)
        return done.stdout

    def test_the_integration_tests_of_abci_cli_pass(self):
        for version in filter(comet.program, comet.VERSIONS):
            for address in (self.socket, "tcp://127.0.0.1:0"):
                app = self.application("counter", address)
                where = f"tcp://127.0.0.1:{app.port}" if app.port else address
                said = self.cli(version, where, "test")
                self.assertEqual(said.count("Passed test: "), 10, said)
                self.assertNotIn("Failed", said)
                self.assertEqual(app.stop(), "")

    def test_its_transcripts_come_out_the_same(self):
        for version in filter(comet.program, comet.VERSIONS):
            for name in ("ex1", "ex2"):
                scripts = comet.program(version).parent.parent / "test_cli"  # scripts/get-cometbft.sh puts them there
                app = self.application()
                said = self.cli(version, self.socket, "--verbose", "batch", stdin=(scripts / f"{name}.abci").read_text())
                self.assertEqual(said, (scripts / f"{name}.abci.out").read_text(), f"{version} {name}")
                self.assertEqual(app.stop(), "")

    def test_a_commit_before_a_block_is_refused_in_words(self):
        app = self.application()
        said = subprocess.run([str(comet.program(name="abci-cli")), "--log_level", "error", "--address", self.socket, "commit"],
                              text=True, capture_output=True, timeout=60, env=clean_environment())
        why = "commit came where init_chain, a proposal or finalize_block was expected"
        self.assertIn(why, said.stdout + said.stderr)
        self.assertIn(why, app.stop())


class Engine:
    """A CometBFT node of one validator, with short blocks."""

    def __init__(self, version, home, proxy_app):
        self.version, self.home, self.proxy_app = version, pathlib.Path(home), proxy_app
        self.run("init")
        self.rpc, p2p = free_port(), free_port()
        file = self.home / "config" / "config.toml"
        text = file.read_text()
        for was, now in (('laddr = "tcp://127.0.0.1:26657"', f'laddr = "tcp://127.0.0.1:{self.rpc}"'),
                         ('laddr = "tcp://0.0.0.0:26656"', f'laddr = "tcp://127.0.0.1:{p2p}"'),
                         ('timeout_commit = "1s"', 'timeout_commit = "20ms"')):
            assert was in text, was
            text = text.replace(was, now)
        file.write_text(text)
        self.process = None

    def command(self, *arguments):
        return [str(comet.program(self.version)), "--home", str(self.home), *arguments]

    def run(self, *arguments):
        subprocess.run(self.command(*arguments), check=True, capture_output=True, timeout=60, env=clean_environment())

    def start(self):
        self.log = open(self.home / "log", "ab")
        self.process = subprocess.Popen(self.command("node", "--proxy_app", self.proxy_app), stdout=self.log,
                                        stderr=self.log, env=clean_environment())

    def kill(self):
        if self.process:
            self.process.kill()
            self.process.wait()
            self.log.close()
            self.process = None

    def get(self, path):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.rpc}/{path}", timeout=20) as answer:
            return json.load(answer)["result"]

    def height(self):
        return int(self.get("status")["sync_info"]["latest_block_height"])

    def wait_for_height(self, height, seconds=30):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                if self.height() >= height:
                    return
            except OSError:
                pass
            if self.process.poll() is not None:
                break
            time.sleep(0.05)
        raise AssertionError(f"no height {height} within {seconds} s:\n" + (self.home / "log").read_text()[-2000:])


class RealNode(WithEngine):
    """The whole protocol: handshake, proposals, blocks, replay after either side has died."""

    def network(self, version):
        app = self.application()
        engine = Engine(version, self.path / version, self.socket)
        self.addCleanup(engine.kill)
        engine.start()
        engine.wait_for_height(2)
        for i in range(5):
            done = engine.get(f'broadcast_tx_commit?tx="name{i}={i}"')
            self.assertEqual((done["check_tx"]["code"], done["tx_result"]["code"]), (0, 0), done)
        refused = engine.get('broadcast_tx_sync?tx="nonsense"')
        self.assertEqual(refused["code"], 2)

        engine.kill()  # the engine alone: the application is where it was, the engine replays nothing or one block
        engine.start()
        engine.wait_for_height(engine_height := 10)
        self.assertEqual(engine.get('abci_query?data="name3"')["response"]["value"], "Mw==")

        engine.kill()  # the application too, and it has stored nothing: every block is replayed to it
        app.kill()
        app = self.application()
        engine.start()
        engine.wait_for_height(engine_height + 2)
        self.assertEqual(engine.get("abci_info")["response"]["data"], '{"size":5}')
        engine.kill()
        self.assertNotIn("was expected", app.stop())

    def test_a_node_of_v0_40(self):
        self.network("v0.40.0")

    def test_a_node_of_v0_38(self):
        comet.needs_cometbft("v0.38.25")
        self.network("v0.38.25")


if __name__ == "__main__":
    harness.main()
