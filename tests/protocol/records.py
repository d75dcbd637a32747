"""Genesis and the records of the state tables, docs/protocol.md §8, field by field in their order."""

from borsh import ADDRESS, FLAG, HASH, TEXT, U8, U32, U64, U128, Enumeration, Fixed, List, Optional, Struct, Union
from messages import GEMM_JOB
from secp256k1 import tagged_hash

PARAMS = Struct(
    ("token", Struct(("denom", TEXT), ("decimals", U8), ("prefix", TEXT), ("cap", U128))),
    ("block", Struct(("time_ms", U64), ("max_bytes", U64), ("max_tx_bytes", U64), ("max_gas", U64),
                     ("max_verify_units", U64), ("min_gas_price", U128))),
    ("epoch", Struct(("blocks", U64), ("payments_per_block", U64))),
    ("emission", Struct(("kind", Enumeration(11)), ("total", U128),
                        ("steps", List(Struct(("from_epoch", U64), ("per_epoch", U128)))),
                        ("geometric", Struct(("first", U128), ("decay", U128), ("epochs", U64))),
                        ("halving", Struct(("by", Enumeration(2)), ("first", U128), ("years", U64), ("start_ms", U64))),
                        ("exp_decay", Struct(("first", U128), ("rate", U128), ("epochs", U64))),
                        ("baseline", Struct(("simple", U128), ("baseline", U128), ("lambda", U128), ("growth", U128),
                                            ("power", U64), ("power_growth", U128))),
                        ("signed_step", Struct(("initial_ppb", U64), ("step_ppb", U64), ("target_ppb", U64),
                                               ("max_ppb", U64))),
                        ("bonded_ratio", Struct(("initial_ppb", U64), ("goal_ppb", U64), ("change_ppb", U64),
                                                ("min_ppb", U64), ("max_ppb", U64))),
                        ("fraction_of_supply", Struct(("rate_ppb", U64))),
                        ("mint_ratio", Struct(("ratio_ppb", U64))),
                        ("policy", Struct(("initial", U128), ("min", U128), ("max", U128), ("unit", U128),
                                          ("period", U64), ("max_streak", U64), ("low_ppb", U64), ("high_ppb", U64),
                                          ("near_ppb", U64), ("step_ppb", U64), ("factor_ppb", U64))))),
    ("split", Struct(("work_ppb", U64), ("availability_ppb", U64), ("stakers_ppb", U64), ("validators_ppb", U64),
                     ("treasury_ppb", U64), ("treasury_ceiling", U128))),
    ("bme", Struct(("mode", Enumeration(4)), ("round_blocks", U64), ("payout_ppb", U64),
                   ("work_bound", Enumeration(2)), ("work_share_ppb", U64), ("min_burn", U128),
                   ("min_credits", U64), ("deviations_ppb", U64), ("items_per_block", U64), ("attempts", U64),
                   ("credits_per_token", U64),
                   ("fee_destroy", Struct(("fee_ppb", U64), ("executor_ppb", U64), ("burn_ppb", U64))),
                   ("vault", Struct(("spread_ppb", U64), ("settle_spread_ppb", U64), ("shortfall_ppb", U64),
                                    ("backoff_ppb", U64), ("warn_bps", U64), ("halt_bps", U64), ("restart_bps", U64),
                                    ("step_bps", U64), ("min_blocks", U64), ("max_blocks", U64))),
                   ("recycle", Struct(("cap", U128), ("smoothing", U64))))),
    ("price", Struct(("initial", U64), ("deviation_ppb", U64), ("max_move_ppb", U64), ("ema_rounds", U64),
                     ("stale_blocks", U64))),
    ("stake", Struct(("unit", U128), ("floor_ppb", U64), ("min_stake", U128), ("min_unbonding", U128),
                     ("unbonding_ms", U64), ("max_unbondings", U64), ("delegation", Enumeration(2)),
                     ("commission_floor_ppb", U64), ("access", Enumeration(2)), ("free_share_ppb", U64),
                     ("unit_in", Enumeration(2)), ("unit_usd", U64), ("grace_ms", U64),
                     ("locked", Enumeration(3)))),
    ("slash", Struct(("one_bad_ppb", U64), ("two_bad_ppb", U64), ("full_ppb", U64), ("absent_ppb", U64),
                     ("memory_tasks", U64), ("jail_ms", U64), ("double_sign_ppb", U64),
                     ("hold_ms", U64))),
    ("work", Struct(("samples", U64), ("window_ms", U64), ("start_span_blocks", U64), ("challenge_delay_blocks", U64),
                    ("open_blocks", U64), ("open_attempts", U64), ("gemm_min_k", U64), ("gemm_min_side", U64))),
    ("classes", List(Struct(("name", TEXT), ("multiplier_ppb", U64), ("weight", U64), ("cost", U128),
                            ("memory_bytes", U64), ("bandwidth_bytes_s", U64), ("work", Enumeration(3)),
                            ("lanes", U64), ("steps", U64), ("leaf_every", U64), ("m", U64), ("n", U64), ("k", U64),
                            ("items", U64), ("windows", U64), ("stay", U64), ("task_ms", U64)))),
    ("market", Struct(("bid_blocks", U64), ("max_units", U64), ("max_bids", U64), ("index_epochs", U64),
                      ("dispute_blocks", U64))),
    ("validators", Struct(("max", U64), ("min_bond", U128), ("max_beacon_gap", U64), ("fee_burn_ppb", U64),
                           ("proposed_ppb", U64), ("max_missed_ppb", U64), ("min_expected", U64), ("jail_ms", U64))),
    ("vesting", Struct(("min_grant", U128), ("max_grants", U64), ("reward_ppb", U64), ("reward_step_ms", U64),
                        ("reward_steps", U64))),
    ("governance", Struct(("deposit_min", U128), ("voting_ms", U64), ("timelock_ms", U64), ("quorum_ppb", U64),
                          ("threshold_ppb", U64), ("vote_cap_ppb", U64), ("monetary_step_ppb", U64),
                          ("window_ms", U64), ("max_open", U64))))
GRANT = Struct(("amount", U128), ("start", U64), ("cliff", U64), ("end", U64))
GENESIS = Struct(("chain_id", TEXT), ("time", U64), ("params", PARAMS),
                 ("accounts", List(Struct(("address", ADDRESS), ("amount", U128), ("vesting", List(GRANT))))),
                 ("validators", List(Struct(("operator", ADDRESS), ("name", TEXT), ("bond", U128),
                                            ("consensus_key", HASH), ("beacon_tip", HASH)))))


def genesis_hash(genesis):
    return tagged_hash("assay/genesis", GENESIS.encode(genesis))


# ---------------------------------------------------------------- records
ACCOUNT = Struct(("nonce", U64), ("liquid", U128), ("credits", U128), ("credit_tokens", U128), ("grants", U8))
SHARE_POOL = Struct(("shares", U128), ("tokens", U128))
VESTING_GRANT = Struct(("grant", GRANT), ("left", SHARE_POOL))
LOCKED_LOT = Struct(("shares", U128))
REWARD_LOCK = Struct(("pool", SHARE_POOL), ("per_step", U128), ("step", U64))
PRICE_STATE = Struct(("spot", U64), ("ema_q32", U128), ("last_quorum", U64), ("rounds", U64), ("stale", FLAG),
                     ("variance_q32", U128))
BREAKER = Struct(("level", Enumeration(3)), ("ratio_bps", U64))
WORK_SUMS = Struct(("work", U128), ("tasks", U128), ("stake", U128))
SUMS = Struct(("weights", WORK_SUMS), ("passed", U128), ("burned_for", U128))
PAYOUT = Struct(("work", U128), ("availability", U128), ("stakers", U128), ("all", WORK_SUMS), ("work_done", U128),
                ("tasks_done", U128), ("bound", Enumeration(2)), ("work_share", U64))
PAYING = Struct(("epoch", U64), ("stage", Enumeration(3)), ("after", Optional(ADDRESS)), ("payout", PAYOUT),
                ("commission_floor", U64), ("repriced", FLAG), ("latched", FLAG), ("price_before", U64),
                ("grace_until", U64))
CHAIN_STATE = Struct(("chain_id", TEXT), ("height", U64), ("time", U64), ("epoch", U64), ("epoch_start", U64),
                     ("beacon", HASH), ("last_block", HASH), ("queue_head", U64), ("queue_tail", U64),
                     ("queue_due", U64), ("waiting_head", U64), ("waiting_tail", U64), ("round_closed", U64),
                     ("queue_moved", U64), ("active_devices", U32), ("gemm_orders", U32), ("oldest_round", U64),
                     ("stake_price", U64),
                     ("price", PRICE_STATE), ("breaker", BREAKER), ("recycle_smoothed", U128), ("sums", SUMS),
                     ("paying", PAYING), ("next_slash", U64))
WORK_ROUND = Struct(("epoch", U64), ("h0", U64), ("h0_time", U64), ("h0_beacon", HASH), ("deadline", U64),
                    ("proposers", List(ADDRESS)), ("challenge", U64), ("challenge_beacon", HASH),
                    ("counted_blocks", U64), ("open_proposers", List(ADDRESS)), ("closed", U64), ("void_window", FLAG),
                    ("last_time", U64), ("expected", U64), ("commits", U64), ("valid_before", U64),
                    ("rules", Struct(*[(name, U64) for name in (
                        "window_ms max_gap_ms challenge_delay_blocks open_blocks open_attempts memory_tasks jail_ms "
                        "opening_units opening_bytes").split()])))
LEDGER = Struct(*[(name, U128) for name in (
    "genesis minted burned scheduled recycled burned_for_credits liquid staked unbonding vesting vault escrow bonds fees held_slashes pool_work "
    "pool_availability reserved rewards pool_stakers pool_validators treasury credits_issued credits_consumed "
    "credits_refunded credits_free credits_escrowed credits_queued").split()])

UNBONDING = Struct(("amount", U128), ("matures", U64), ("created", U64))
WORK_KEY = Struct(("key", Optional(ADDRESS)), ("before", Optional(ADDRESS)), ("from", U64), ("fee_budget", U128))
PROVIDER = Struct(("endpoint", TEXT), ("registered", U64), ("stake", U128), ("stake_at_start", U128),
                  ("stake_epoch", U64), ("unbonding", List(UNBONDING)), ("delegated", U128), ("devices", U32),
                  ("removed", U32), ("classes", List(Struct(("device_class", U32), ("count", U32)))), ("kept", U128), ("kept_until", U64),
                  ("exposure", U128), ("open_commits", U32), ("open_deliveries", U32), ("jailed", FLAG),
                  ("jailed_until", U64), ("passed", U64), ("failed", U64), ("absent", U64), ("earned", U128),
                  ("slashed", U128), ("settled", U64), ("returned", U128), ("work_key", WORK_KEY), ("rewards", REWARD_LOCK),
                  ("granted", U128))
PER_SHARE = Struct(("whole", U128), ("fraction", U128))
LEAVING = Struct(("shares", U128), ("generation", U64), ("matures", U64), ("created", U64))
STAKE_POOL = Struct(("active", SHARE_POOL), ("generation", U64), ("fresh", U128), ("fresh_epoch", U64),
                    ("per_share", PER_SHARE), ("rewards", U128), ("leaving", SHARE_POOL), ("leaving_generation", U64),
                    ("commission", U64), ("commission_before", U64), ("commission_epoch", U64))
DELEGATION = Struct(("shares", U128), ("generation", U64), ("fresh", U128), ("fresh_epoch", U64),
                    ("per_share", PER_SHARE), ("leaving", List(LEAVING)))
CLOSED_GENERATION = Struct(("shares", U128), ("leaving_shares", U128), ("leaving_generation", U64), ("matures", U64),
                           ("created", U64), ("per_share", PER_SHARE), ("epoch", U64))
UPTIME = Struct(("next", U64), ("committed", U64), ("missed", U64), ("missed_bits", U128))
DEVICE = Struct(("device_class", U32), ("active_from", U64), ("tasks", U64), ("failed_bits", U128),
                ("absent_bits", U128), ("removed", FLAG), ("uptime", UPTIME))
BEACON_TIP = Struct(("tip", HASH), ("height", U64))
VALIDATOR = Struct(("consensus_key", HASH), ("name", TEXT), ("bond", U128), ("power", U64),
                   ("beacon", Optional(BEACON_TIP)), ("pending_tip", Optional(HASH)), ("pending_from", U64),
                   ("proposed", U64), ("proposed_in_epoch", U64), ("report", Optional(U64)),
                   ("pending_key", Optional(HASH)), ("pending_key_from", U64), ("previous_key", Optional(HASH)),
                   ("key_since", U64), ("key_changed", U64), ("blocks", Struct(("expected", U64), ("proposed", U64))),
                   ("jailed", FLAG), ("jailed_until", U64), ("tombstoned", FLAG), ("retiring", FLAG), ("free_at", U64),
                   ("slashed", U128))
WORK_PARAMS = Union({0: ("lanes", Struct(("lanes", U64), ("steps", U64), ("leaf_every", U32))),
                     1: ("gemm", Struct(("m", U64), ("n", U64), ("k", U32))),
                     2: ("vram", Struct(("items", U64), ("lanes", U64), ("steps", U64), ("leaf_every", U32),
                                        ("windows", U32), ("stay", U32)))})
COMMIT = Struct(("task", HASH), ("provider", ADDRESS), ("slot", U32), ("epoch", U64), ("order", Optional(HASH)),
                ("device_class", U32), ("params", WORK_PARAMS), ("samples", U32), ("ctx", HASH), ("root", HASH),
                ("height", U64), ("weight", U64), ("exposure", U128), ("rate_one", U64), ("rate_two", U64),
                ("rate_full", U64), ("rate_absent", U64), ("status", Enumeration(4)), ("attempts", U32),
                ("decided", U64), ("bad", List(U64)), ("slashed", U128),
                ("worker", Optional(ADDRESS)))
BID = Struct(("provider", ADDRESS), ("slot", U32), ("price", U128))
DELIVERY = Struct(("c_root", HASH), ("height", U64), ("time", U64), ("disputes_until", U64), ("until", U64),
                  ("exposure", U128), ("rate", U64), ("jail_ms", U64))
TILE_PLACE = Struct(("row", U32), ("col", U32))
GEMM_ORDER = Struct(("job", GEMM_JOB), ("dispute_blocks", U64), ("delivery", Optional(DELIVERY)),
                    ("wrong", Optional(TILE_PLACE)), ("slashed", U128))
OPEN_DISPUTE = Struct(("tile", TILE_PLACE), ("next_slice", U32), ("claimed", Fixed(4096)), ("sums", Fixed(4096)))
ORDER = Struct(("buyer", ADDRESS), ("device_class", U32), ("units", U64), ("max_price", U128), ("deposit", U128),
               ("deposit_tokens", U128), ("opened", U64), ("bids_until", U64), ("expires", U64),
               ("status", Enumeration(4)), ("bids", List(BID)), ("lease", Optional(BID)), ("lease_from", U64),
               ("units_done", U64), ("paid", U128), ("manual", FLAG), ("gemm", Optional(GEMM_ORDER)))
MARKET_PRICES = Struct(("units", U64), ("least", U128), ("sum", U128), ("merged", FLAG),
                       ("points", List(Struct(("price", U128), ("units", U64)))))
QUEUE_ITEM = Struct(("included", U64), ("attempts", U32), ("item", Union({
    0: ("burn", Struct(("buyer", ADDRESS), ("amount", U128), ("min_credits", U128), ("credits", U128))),
    1: ("settlement", Struct(("order", HASH), ("provider", ADDRESS), ("epoch", U64), ("credits", U128),
                             ("tokens", U128))),
    2: ("redemption", Struct(("owner", ADDRESS), ("credits", U128), ("tokens", U128)))})))
EPOCH = Struct(("epoch", U64), ("first", U64), ("last", U64), ("start_time", U64), ("minted_schedule", U128),
               ("minted_recycled", U128), ("minted_settled", U128), ("burned", U128), ("vaulted", U128),
               ("slashed", U128), ("work", U128), ("availability", U128),
               ("stakers", U128), ("validators", U128), ("treasury", U128), ("fees", U128), ("fees_burned", U128),
               ("credits_issued", U128),
               ("credits_consumed", U128), ("passed", U64), ("failed", U64), ("absent", U64), ("missed", U64),
               ("paid_weight", U128), ("spot", U64), ("ema", U64))
PROVIDER_EPOCH = Struct(("passed", U64), ("failed", U64), ("absent", U64), ("passed_weight", U128),
                        ("pending_weight", U128), ("consumed", U128), ("consumed_tokens", U128), ("settled", U128),
                        ("work_bonus", U128), ("availability", U128), ("late", U128), ("staking", U128),
                        ("delegators", U128), ("per_share", PER_SHARE),
                        ("slashed", U128), ("returned", U128), ("required", U128), ("stake", U128), ("reserved", U128),
                        ("passed_before_pay", U128), ("lost_before_pay", U128), ("locked", U128))
HELD_SLASH = Struct(("provider", ADDRESS), ("amount", U128), ("height", U64), ("due", U64), ("appeal", U64))

PROPOSAL = Struct(("proposer", ADDRESS), ("title", TEXT), ("changes", List(Struct(("name", TEXT), ("value", TEXT)))),
                  ("deposit", U128), ("opened", U64), ("voting_until", U64), ("status", Enumeration(7)),
                  ("total", U128), ("voted", U128), ("yes", U128), ("no", U128), ("abstain", U128), ("votes", U64),
                  ("decided", U64), ("effective_from", U64), ("applied", U64))
BALLOT = Struct(("choice", Enumeration(3)))
GOVERNANCE = Struct(("next", U64), ("open", List(U64)),
                    ("windows", List(Struct(("name", TEXT), ("start", U64), ("base", U128)))))


def opening(c, samples):
    """Verify units and bytes that an opening of this class may take (§8)."""
    if c["work"] == 1:
        leaves, words, opened, sample = c["m"] // 128 * (c["n"] // 128), 4, 1, 5 * c["k"] + 128
        n = 16 * leaves
    else:
        n = leaves = c["lanes"] * (c["steps"] // c["leaf_every"])
        words, opened, sample = 1, 2, (33 if c["work"] == 2 else 1) * c["leaf_every"] + 2
    k, depth = min(samples, n), (leaves - 1).bit_length()
    m = min(opened * k, leaves)
    return (k * (sample + opened * (1 + words // 2 + 2 * depth)),
            32 * m * (words + depth - (m.bit_length() - 1)) + 1024)


def largest_opening(params):
    sizes = [opening(c, params["work"]["samples"]) for c in params["classes"]]
    return max(units for units, _ in sizes), max(size for _, size in sizes)


def round_rules(params):
    units, size = largest_opening(params)
    w, slash = params["work"], params["slash"]
    return {"window_ms": w["window_ms"], "max_gap_ms": max(w["window_ms"] // 10, 4 * params["block"]["time_ms"]),
            "challenge_delay_blocks": w["challenge_delay_blocks"], "open_blocks": w["open_blocks"],
            "open_attempts": w["open_attempts"], "memory_tasks": slash["memory_tasks"], "jail_ms": slash["jail_ms"],
            "opening_units": units, "opening_bytes": size}


# ---------------------------------------------------------------- §9.4 uptime
def counted(uptime, rounds, epoch):
    """A slot's uptime, counted up to the running epoch; `rounds`: round records by epoch."""
    if uptime["next"] >= epoch:
        return uptime
    n = rounds[epoch]["valid_before"] - rounds[uptime["next"]]["valid_before"]
    return uptime | {"missed": uptime["missed"] + n, "missed_bits": ((uptime["missed_bits"] + 1 << n) - 1) % 2**128,
                     "next": epoch}


def noted(uptime, epoch, committed):
    return {"next": epoch + 1, "committed": uptime["committed"] + committed, "missed": uptime["missed"] + (not committed),
            "missed_bits": (uptime["missed_bits"] * 2 + (not committed)) % 2**128}


RECORDS = {"account": ACCOUNT, "chain": CHAIN_STATE, "ledger": LEDGER, "params": PARAMS, "genesis": GENESIS,
           "provider": PROVIDER, "stake_pool": STAKE_POOL, "delegation": DELEGATION,
           "closed_generation": CLOSED_GENERATION, "device": DEVICE, "validator": VALIDATOR, "commit": COMMIT,
           "order": ORDER, "open_dispute": OPEN_DISPUTE,
           "market_prices": MARKET_PRICES, "queue_item": QUEUE_ITEM, "round": WORK_ROUND, "epoch": EPOCH,
           "held_slash": HELD_SLASH, "provider_epoch": PROVIDER_EPOCH, "vesting_grant": VESTING_GRANT,
           "locked_lot": LOCKED_LOT,
           "proposal": PROPOSAL, "ballot": BALLOT, "governance": GOVERNANCE}


# ---------------------------------------------------------------- §10 vesting
def vested(grant, now):
    if now >= grant["end"]:
        return grant["amount"]
    if now < grant["cliff"]:
        return 0
    return grant["amount"] * (now - grant["start"]) // (grant["end"] - grant["start"])
