#include <memory>

#include "proofs/worker/options.hpp"

namespace assay::proofs::worker {

namespace {

struct Offline {
    OpenArguments open;
    MultiplyArguments multiply;
    std::string spec, out = "-", opening, kind = "lanes", fault = "none";
    double seconds = 2;
};

}  // namespace

void add_device_options(CLI::App& command, Common& common) {
    command.add_option("--device", common.device, "cpu, cuda:N or auto (the first card that passes its self-test)")
        ->envname("ASSAY_PROVER_DEVICE")
        ->capture_default_str();
    add_threads_option(command, common);
}

void add_threads_option(CLI::App& command, Common& common) {
    command.add_option("--threads", common.threads, "threads on the CPU, 0 for all")
        ->envname("ASSAY_PROVER_THREADS")
        ->check(CLI::Range(0, 4096))
        ->capture_default_str();
}

void add_offline_commands(CLI::App& app, Common& common) {
    auto o = std::make_shared<Offline>();
    app.add_subcommand("devices", "what this machine can prove with, and why a card cannot be used")
        ->callback([&common] { devices_command(common); });
    auto* selftest = app.add_subcommand("selftest", "known answers for every kind of work");
    add_device_options(*selftest, common);
    selftest->callback([&common] { selftest_command(common); });
    auto* bench = app.add_subcommand("bench", "the rate, and its share of the device's limit");
    add_device_options(*bench, common);
    bench->add_option("--kind", o->kind, "lanes, gemm or vram")->capture_default_str();
    bench->add_option("--seconds", o->seconds, "about how long")->check(CLI::Range(0.1, 300.0))->capture_default_str();
    bench->callback([o, &common] { bench_command(common, o->kind, o->seconds); });
    auto* example = app.add_subcommand("example", "a small SPEC to try");
    example->add_option("--kind", o->kind, "lanes, gemm or vram")->capture_default_str();
    example->callback([o, &common] { example_command(common, o->kind); });
    auto* prove = app.add_subcommand("prove", "does the work of a SPEC, offline");
    add_device_options(*prove, common);
    prove->add_option("SPEC", o->spec, "JSON, - for stdin")->required();
    prove->add_option("--out", o->out, "the PROOF file, - for stdout")->capture_default_str();
    prove->add_option("--fault", o->fault, "misbehave: skip=SHARE, flip=N, replay, zero or copy")
        ->capture_default_str();
    prove->callback([o, &common] { prove_command(common, o->spec, o->out, o->fault); });
    auto* open = app.add_subcommand("open", "the opening of a PROOF for a challenge, as the chain takes it");
    add_device_options(*open, common);
    open->add_option("PROOF", o->open.proof, "JSON, - for stdin")->required();
    open->add_option("--seed", o->open.seed, "challenge seed, 64 hex digits");
    open->add_option("--beacon", o->open.beacon_hc, "beacon at the challenge height: gives the seed");
    open->add_option("--indices", o->open.indices, "leaves, of gemm sub-tiles, ascending: 1,2,3")->delimiter(',');
    open->add_option("--samples", o->open.samples, "indices drawn from the seed")
        ->check(CLI::Range(1, 65536))
        ->capture_default_str();
    open->add_option("--out", o->open.out, "the OPENING file, - for stdout")->capture_default_str();
    open->callback([o, &common] { open_command(common, o->open); });
    auto* verify = app.add_subcommand("verify", "checks an OPENING as a validator does; exit 4 where it is wrong");
    verify->add_option("OPENING", o->opening, "JSON, - for stdin")->required();
    verify->callback([o, &common] { verify_command(common, o->opening); });
    auto* multiply = app.add_subcommand("multiply", "a buyer's product: C = A B^T of int8 files, on the CPU");
    multiply->add_option("--gemm", o->multiply.size,
                         "M,N,K: A is M x K, B is N x K, the product M x N [of .npy files]");
    multiply->add_option("--input", o->multiply.inputs, "the file of A, and again of B: .npy, or raw int8 row by row")
        ->required()
        ->allow_extra_args(false);
    multiply
        ->add_option("--output", o->multiply.output, "where the product goes: NAME.npy, else raw int32, little-endian")
        ->required();
    multiply->add_option("--threads", common.threads, "threads on the CPU, 0 for all")
        ->envname("ASSAY_PROVER_THREADS")
        ->check(CLI::Range(0, 4096))
        ->capture_default_str();
    multiply->callback([o, &common] { multiply_command(common, o->multiply); });
    app.add_subcommand("version", "version, commit, compiler, CUDA architectures")->callback([&common] {
        version_command(common);
    });
}

}  // namespace assay::proofs::worker
