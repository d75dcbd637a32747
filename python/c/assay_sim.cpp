#include "python/c/assay_sim.h"

#include <exception>

#include "python/c/questions.hpp"
#include "tokenomics/sim/text.hpp"

using namespace assay;
using namespace assay::sim;

struct assay_sim_watch {
    c::Watch watch;
};

struct assay_sim_answer {
    bool ok = false;
    c::Answer answer;

    void fail(const Error& e) {
        ok = false;
        const std::string hint = c::hint_for(e);
        answer.text = "{\"error\":{\"code\":" + json_text(e.word()) + ",\"message\":" + json_text(e.message) +
                      ",\"hint\":" + (hint.empty() ? "null" : json_text(hint)) + "}}";
    }
    // A caller in C cannot catch: memory that runs out is an error like others.
    template <class F>
    void guarded(F f) {
        try {
            f();
        } catch (const std::exception& e) {
            answer.files = {};
            fail({Code::internal, std::string("unexpected: ") + e.what()});
        }
    }
};

uint32_t assay_sim_abi(void) {
    return ASSAY_SIM_ABI;
}

const char* assay_sim_version(void) {
    static const std::string text = c::version_text();
    return text.c_str();
}

assay_sim_answer* assay_sim_ask(const char* question, const char* request, assay_sim_watch* watch) {
    auto* out = new assay_sim_answer;
    out->guarded([&] {
        c::Watch unseen;
        auto answer = c::ask(question, request, watch != nullptr ? watch->watch : unseen);
        if (!answer) return out->fail(answer.error());
        out->answer = *std::move(answer);
        out->ok = true;
    });
    return out;
}

int assay_sim_ok(const assay_sim_answer* answer) {
    return answer->ok ? 1 : 0;
}

const char* assay_sim_text(const assay_sim_answer* answer) {
    return answer->answer.text.c_str();
}

size_t assay_sim_files(const assay_sim_answer* answer) {
    return answer->answer.files.size();
}

const char* assay_sim_file_name(const assay_sim_answer* answer, size_t index) {
    return index < assay_sim_files(answer) ? answer->answer.files[index].first.c_str() : nullptr;
}

const char* assay_sim_file_bytes(const assay_sim_answer* answer, size_t index, size_t* length) {
    *length = 0;
    if (index >= assay_sim_files(answer)) return nullptr;
    const std::string& bytes = answer->answer.files[index].second;
    *length = bytes.size();
    return bytes.data();
}

void assay_sim_free(assay_sim_answer* answer) {
    delete answer;
}

assay_sim_watch* assay_sim_watch_new(void) {
    return new assay_sim_watch;
}

void assay_sim_watch_stop(assay_sim_watch* watch) {
    watch->watch.stop = true;
}

void assay_sim_watch_read(const assay_sim_watch* watch, uint64_t* done, uint64_t* of) {
    *done = watch->watch.done;
    *of = watch->watch.of;
}

void assay_sim_watch_free(assay_sim_watch* watch) {
    delete watch;
}
