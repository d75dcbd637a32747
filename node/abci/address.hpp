// Where the ABCI socket is: unix://PATH or tcp://HOST:PORT of this machine, opened for a server or a client.
//
//   ASSAY_TRY(Listener l, listen_at("unix:///home/of/node/abci.sock"));   // mode 0600; a dead socket gives way
//   ASSAY_TRY(int fd, connect_to_abci("tcp://127.0.0.1:26658"));
//
// A Unix path may be longer than the 107 bytes that the system takes: it is opened through its folder. Peers that
// write the path themselves, as CometBFT does, have the limit.
#pragma once

#include <filesystem>

#include "base/result.hpp"

namespace assay::node::abci {

struct Listener {
    int fd = -1;
    std::uint16_t port = 0;      ///< of tcp
    std::filesystem::path path;  ///< of unix
    std::uint64_t inode = 0;     ///< of path, so that nobody else's socket is removed
};

/// Errors: port_in_use (somebody answers there), io_error, field_out_of_range (neither kind, or not of this machine).
[[nodiscard]] Result<Listener> listen_at(const std::string& address);
/// Closes, and removes a Unix socket that is still this one.
void close_listener(Listener& l);
/// Errors: node_unreachable, field_out_of_range.
[[nodiscard]] Result<int> connect_to_abci(const std::string& address);

}  // namespace assay::node::abci
