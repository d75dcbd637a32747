// Every error word of the program: stable, documented in docs/errors.md, matched by scripts.
// A word is never renamed or reused; new ones go to the end of their group.
#pragma once

#include <cstdint>
#include <string_view>

namespace assay {

// X(word, JSON-RPC number). Numbers are those of docs/errors.md; receipt codes share -32010.
#define ASSAY_CODES(X)                                       \
    X(ok, 0)                                                 \
    /* requests */                                           \
    X(parse_error, -32700)                                   \
    X(invalid_request, -32600)                               \
    X(method_not_found, -32601)                              \
    X(invalid_params, -32602)                                \
    X(bad_address, -32602)                                   \
    X(bad_amount, -32602)                                    \
    X(bad_cursor, -32602)                                    \
    X(internal, -32603)                                      \
    X(not_found, -32001)                                     \
    X(syncing, -32002)                                       \
    X(shutting_down, -32002)                                 \
    X(pruned, -32002)                                        \
    X(future_height, -32002)                                 \
    X(cursor_expired, -32002)                                \
    X(price_stale, -32002)                                   \
    X(rate_limited, -32005)                                  \
    X(batch_too_large, -32005)                               \
    X(range_too_large, -32005)                               \
    X(too_many_subscriptions, -32005)                        \
    /* a transaction that cannot be included */              \
    X(tx_malformed, -32003)                                  \
    X(tx_too_large, -32003)                                  \
    X(wrong_chain, -32003)                                   \
    X(bad_signature, -32003)                                 \
    X(nonce_too_low, -32003)                                 \
    X(nonce_gap, -32003)                                     \
    X(nonce_taken, -32003)                                   \
    X(expired, -32003)                                       \
    X(valid_until_too_far, -32003)                           \
    X(fee_too_low, -32003)                                   \
    X(gas_too_low, -32003)                                   \
    X(insufficient_funds, -32003)                            \
    X(fee_budget_spent, -32003)                              \
    X(mempool_full, -32003)                                  \
    X(must_be_alone, -32003)                                 \
    X(block_full, -32003)                                    \
    X(not_includable, -32003)                                \
    /* receipts: execution refused, the fee stays charged */ \
    X(out_of_gas, -32010)                                    \
    X(overflow, -32010)                                      \
    X(invariant_broken, -32010)                              \
    X(amount_zero, -32010)                                   \
    X(cap_reached, -32010)                                   \
    X(min_credits_not_met, -32010)                           \
    X(insufficient_credits, -32010)                          \
    X(breaker_halted, -32010)                                \
    X(not_redeemable, -32010)                                \
    X(deadline_passed, -32010)                               \
    X(too_early, -32010)                                     \
    X(already_committed, -32010)                             \
    X(already_registered, -32010)                            \
    X(already_exists, -32010)                                \
    X(not_registered, -32010)                                \
    X(not_owner, -32010)                                     \
    X(jailed, -32010)                                        \
    X(not_jailed, -32010)                                    \
    X(stake_below_required, -32010)                          \
    X(stake_below_exposure, -32010)                          \
    X(stake_too_small, -32010)                               \
    X(delegation_closed, -32010)                             \
    X(too_many_unbondings, -32010)                           \
    X(too_many_devices, -32010)                              \
    X(device_leased, -32010)                                 \
    X(removed_slots_first, -32010)                           \
    X(too_many_grants, -32010)                               \
    X(grant_too_small, -32010)                               \
    X(unknown_class, -32010)                                 \
    X(unknown_task, -32010)                                  \
    X(unknown_device, -32010)                                \
    X(unknown_commit, -32010)                                \
    X(unknown_order, -32010)                                 \
    X(order_closed, -32010)                                  \
    X(bid_too_high, -32010)                                  \
    X(not_challenged, -32010)                                \
    X(already_decided, -32010)                               \
    X(too_many_attempts, -32010)                             \
    X(field_out_of_range, -32010)                            \
    X(not_validator, -32010)                                 \
    X(beacon_tip_pending, -32010)                            \
    X(consensus_key_pending, -32010)                         \
    X(retiring, -32010)                                      \
    X(tombstoned, -32010)                                    \
    X(param_step_too_large, -32010)                          \
    X(unknown_param, -32010)                                 \
    X(param_fixed, -32010)                                   \
    X(bad_proposal, -32010)                                  \
    X(deposit_too_small, -32010)                             \
    X(too_many_proposals, -32010)                            \
    X(unknown_proposal, -32010)                              \
    X(voting_closed, -32010)                                 \
    X(unknown_bid, -32010)                                   \
    X(not_manual, -32010)                                    \
    X(not_leased, -32010)                                    \
    X(gemm_closed, -32010)                                   \
    X(not_gemm, -32010)                                      \
    X(already_delivered, -32010)                             \
    X(not_delivered, -32010)                                 \
    X(wrong_slice, -32010)                                   \
    /* openings */                                           \
    X(opening_leaf_count, -32010)                            \
    X(opening_sibling_count, -32010)                         \
    X(opening_root_mismatch, -32010)                         \
    X(opening_index_missing, -32010)                         \
    X(opening_wrong_leaf, -32010)                            \
    /* encodings, files, genesis */                          \
    X(encoding_truncated, -32602)                            \
    X(encoding_trailing, -32602)                             \
    X(encoding_not_canonical, -32602)                        \
    X(encoding_too_large, -32602)                            \
    X(bad_hex, -32602)                                       \
    X(bad_checksum, -32602)                                  \
    X(bad_prefix, -32602)                                    \
    X(json_syntax, -32602)                                   \
    X(json_too_deep, -32602)                                 \
    X(json_too_large, -32602)                                \
    X(json_duplicate_key, -32602)                            \
    X(json_number_range, -32602)                             \
    X(json_type, -32602)                                     \
    X(json_unknown_key, -32602)                              \
    X(json_missing_key, -32602)                              \
    X(bad_genesis, -32602)                                   \
    X(bad_state_file, -32602)                                \
    X(number_unpublished, -32602)                            \
    X(genesis_warned, 0)                                     \
    X(proof_invalid, -32602)                                 \
    /* programs: store, keys, devices, usage */              \
    X(usage, 0)                                              \
    X(confirmation_required, 0)                              \
    X(io_error, -32603)                                      \
    X(store_corrupt, -32603)                                 \
    X(store_locked, -32603)                                  \
    X(app_hash_mismatch, -32603)                             \
    X(port_in_use, 0)                                        \
    X(node_unreachable, 0)                                   \
    X(outcome_unknown, 0)                                    \
    X(tx_failed, 0)                                          \
    X(wrong_password, 0)                                     \
    X(weak_password, 0)                                      \
    X(keystore_malformed, 0)                                 \
    X(unknown_key, 0)                                        \
    X(bad_mnemonic, 0)                                       \
    X(bad_key, 0)                                            \
    X(no_device, 0)                                          \
    X(selftest_failed, 0)                                    \
    X(verification_failed, 0)                                \
    X(interrupted, 0)                                        \
    X(conservation_broken, 0)                                \
    X(watch_only, 0)                                         \
    X(engine_unsuitable, 0)                                  \
    X(engine_failed, 0)                                      \
    X(disk_low, 0)                                           \
    X(bad_blocks_file, 0)                                    \
    X(signer_moved, 0)                                       \
    X(trust_expired, 0)

enum class Code : std::uint16_t {
#define ASSAY_CODE_ENUM(word, number) word,
    ASSAY_CODES(ASSAY_CODE_ENUM)
#undef ASSAY_CODE_ENUM
};

[[nodiscard]] constexpr std::string_view code_word(Code c) {
    switch (c) {
#define ASSAY_CODE_WORD(word, number) \
    case Code::word:                  \
        return #word;
        ASSAY_CODES(ASSAY_CODE_WORD)
#undef ASSAY_CODE_WORD
    }
    return "internal";
}

[[nodiscard]] constexpr int code_rpc_number(Code c) {
    switch (c) {
#define ASSAY_CODE_NUMBER(word, number) \
    case Code::word:                    \
        return number;
        ASSAY_CODES(ASSAY_CODE_NUMBER)
#undef ASSAY_CODE_NUMBER
    }
    return -32603;
}

/// What a program exits with that ends with this error (docs/errors.md has the meanings).
[[nodiscard]] constexpr int exit_code(Code c) {
    switch (c) {
        case Code::ok:
            return 0;
        case Code::usage:
        case Code::confirmation_required:
            return 2;
        case Code::node_unreachable:
        case Code::syncing:
        case Code::shutting_down:
            return 3;
        case Code::app_hash_mismatch:
        case Code::proof_invalid:
        case Code::selftest_failed:
        case Code::verification_failed:
            return 4;
        case Code::outcome_unknown:
            return 5;
        case Code::interrupted:
            return 130;
        default:
            return 1;
    }
}

}  // namespace assay
