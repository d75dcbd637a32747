#!/usr/bin/env python3
"""scripts/kernel-figures on made-up machine code: what it counts, and what it refuses. The real kernels' code is read
by the test kernel_figures, where a CUDA compiler is."""
import pathlib
import subprocess
import sys
import tempfile
import unittest

SCRIPT = pathlib.Path(__file__).resolve().parents[2] / "scripts" / "kernel-figures"
LANES = "_ZN5assay6proofs4cuda40_GLOBAL__N__157aa364_8_lanes_cu_3a4dc4cb12lanes_kernelILNS0_11lane_detail6ShiftsE0EEEvi"
OTHERS = [LANES.replace("ShiftsE0", "ShiftsE1"), "_ZN1x11gemm_kernelEv", "_ZN1x12wgmma_kernelEv",
          "_ZN1x11rows_kernelEv", "_ZN1x11fill_kernelEv", "_ZN1x11walk_kernelEv",
          "_ZN1x11each_kernelINS0_10HashLeavesEEEvyT_", "_ZN1x11each_kernelINS0_9JoinPairsEEEvyT_",
          "_ZN1x11each_kernelINS0_9TakeEveryEEEvyT_"]
LOOP = ["MOV R1, R2", "LOP3.LUT R1, R2, R3, R4, 0x96, !PT", "SHF.R.W.U32 R1, R2, 0x6, R2", "IMAD R1, R2, UR4, R3",
        "IMAD R1, R2, c[0x0][0x1f8], R3", "NOP", "@P0 BRA 0x10"]
IGMMA = ["IGMMA.64x256x32.S8.S8 R24, gdesc[UR12], R24"] * 8
IMMA = ["IMMA.16832.S8.S8 R128, R48.ROW, R2.COL, R128"] * 64


def code(lines):
    return "".join(f"        /*{16 * i:04x}*/                   {line} ;      /* 0x00 */\n" for i, line in enumerate(lines))


def machine(lanes=LOOP, gemm=IMMA, registers=60, local=0, kernels=(LANES, *OTHERS)):
    """What a cuobjdump would print for -res-usage and for -sass."""
    head = "\nFatbin elf code:\n================\narch = sm_90a\n"
    usage = "".join(f" Function {k}:\n  REG:{registers} STACK:0 SHARED:0 LOCAL:{local} CONSTANT[0]:516\n" for k in kernels)
    bodies = {LANES: lanes, "_ZN1x11gemm_kernelEv": gemm, "_ZN1x12wgmma_kernelEv": IGMMA}
    sass = "".join(f"\t\tFunction : {k}\n{code(bodies.get(k, LOOP))}" for k in kernels)
    return head + usage, head + sass + "\nFatbin ptx code:\n================\narch = sm_80\n"


class KernelFigures(unittest.TestCase):
    def run_on(self, outputs, *options):
        with tempfile.TemporaryDirectory() as folder:
            fake = pathlib.Path(folder) / "cuobjdump"
            fake.write_text(f"#!{sys.executable}\nimport sys\nprint({outputs!r}[sys.argv[1] == '-sass'])\n")
            fake.chmod(0o755)
            done = subprocess.run([sys.executable, str(SCRIPT), "--cuobjdump", str(fake), *options, "x.o"],
                                  capture_output=True, text=True)
        return done.returncode, done.stdout + done.stderr

    def test_the_innermost_loop_is_counted_by_pipe(self):
        status, text = self.run_on(machine(lanes=LOOP + ["EXIT", "BRA 0x80"]))
        self.assertEqual(status, 0, text)
        row = next(line.split() for line in text.splitlines() if line.startswith("lanes_kernel<0>"))
        # LOP3, SHF, two IMAD and the branch: the first MOV is before the loop, and NOP is nothing.
        self.assertEqual(row, ["lanes_kernel<0>", "sm_90a", "60", "0", "5", "2", "2", "0", "0"])

    def test_a_multiply_add_of_three_own_registers_is_refused(self):
        status, text = self.run_on(machine(lanes=["MOV R1, R2", "IMAD R1, R2.reuse, R5, R3", "@P0 BRA 0x10"]))
        self.assertEqual(status, 1)
        self.assertIn("lanes_kernel<0> on sm_90a: thread is 1, at least 0 and at most 0", text)

    def test_one_instruction_too_many_is_refused(self):
        most = ["MOV R1, R2"] + ["LOP3.LUT R1, R2, R3, R4, 0x96, !PT"] * 1070 + ["@P0 BRA 0x10"]
        self.assertEqual(self.run_on(machine(lanes=most))[0], 0)
        status, text = self.run_on(machine(lanes=most[:1] + most[1:2] + most[1:]))
        self.assertEqual(status, 1)
        self.assertIn("logic is 1071, at least 0 and at most 1070", text)

    def test_registers_have_a_bound(self):
        status, text = self.run_on(machine(registers=81))
        self.assertEqual(status, 1)
        self.assertIn("lanes_kernel<0> on sm_90a: registers is 81", text)

    def test_a_spill_is_refused_with_every_compiler(self):
        for compiler in ("13.0", "12.4"):
            status, text = self.run_on(machine(local=8), "--compiler", compiler)
            self.assertEqual(status, 1)
            self.assertIn("8 bytes of a thread's registers are in memory", text)

    def test_another_compiler_has_no_bounds(self):
        status, text = self.run_on(machine(registers=81), "--compiler", "12.4")
        self.assertEqual(status, 0)
        self.assertIn("not checked", text)

    def test_a_kernel_that_is_missing_or_multiplies_less_is_refused(self):
        status, text = self.run_on(machine(kernels=(LANES, *OTHERS[:1], *OTHERS[2:])))
        self.assertEqual(status, 1)
        self.assertIn("gemm_kernel: not in these files", text)
        status, text = self.run_on(machine(gemm=IMMA[1:]))
        self.assertEqual(status, 1)
        self.assertIn("tensor is 63, at least 64 and at most 64", text)


if __name__ == "__main__":
    unittest.main()
