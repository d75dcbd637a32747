/* assay-sim as a shared library: questions and answers are JSON, files are bytes. What Python calls (python/assay_sim),
 * and any language that can call C.
 *
 *   assay_sim_watch* w = assay_sim_watch_new();
 *   assay_sim_answer* a = assay_sim_ask("run", "{\"source\":\"devnet\",\"runs\":100}", w);
 *   puts(assay_sim_text(a));            // what was found, or {"error":{"code","message","hint"}}
 *   assay_sim_file_bytes(a, 0, &n);     // and the files that `assay-sim run` writes
 *   assay_sim_free(a);
 *   assay_sim_watch_free(w);
 *
 * Every text is UTF-8 and ends with a zero byte; those that come back live as long as the answer. Any thread may ask,
 * several at once; an answer belongs to one thread at a time. questions.cpp says what can be asked.
 */
#ifndef ASSAY_SIM_H
#define ASSAY_SIM_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define ASSAY_SIM_ABI 1 /* of this header: a library of another number must not be called */

#if defined(__GNUC__)
#define ASSAY_SIM_EXPORT __attribute__((visibility("default")))
#else
#define ASSAY_SIM_EXPORT
#endif

typedef struct assay_sim_answer assay_sim_answer;
typedef struct assay_sim_watch assay_sim_watch;

ASSAY_SIM_EXPORT uint32_t assay_sim_abi(void);
ASSAY_SIM_EXPORT const char* assay_sim_version(void); /* "assay-sim 0.1.0 (commit)"; lives for ever */

/* Never null. `watch` may be null. */
ASSAY_SIM_EXPORT assay_sim_answer* assay_sim_ask(const char* question, const char* request, assay_sim_watch* watch);
ASSAY_SIM_EXPORT int assay_sim_ok(const assay_sim_answer* answer); /* 0: the text is an error */
ASSAY_SIM_EXPORT const char* assay_sim_text(const assay_sim_answer* answer);
/* Files of a result, manifest.json the last. Beyond the last there is null. */
ASSAY_SIM_EXPORT size_t assay_sim_files(const assay_sim_answer* answer);
ASSAY_SIM_EXPORT const char* assay_sim_file_name(const assay_sim_answer* answer, size_t index);
ASSAY_SIM_EXPORT const char* assay_sim_file_bytes(const assay_sim_answer* answer, size_t index, size_t* length);
ASSAY_SIM_EXPORT void assay_sim_free(assay_sim_answer* answer);

/* From another thread: how far it is, and an end to it, which gives the error "interrupted". */
ASSAY_SIM_EXPORT assay_sim_watch* assay_sim_watch_new(void);
ASSAY_SIM_EXPORT void assay_sim_watch_stop(assay_sim_watch* watch);
ASSAY_SIM_EXPORT void assay_sim_watch_read(const assay_sim_watch* watch, uint64_t* done, uint64_t* of);
ASSAY_SIM_EXPORT void assay_sim_watch_free(assay_sim_watch* watch);

#ifdef __cplusplus
}
#endif
#endif
