// Logs go to stderr: stdout belongs to results. Level and format can be changed while the node runs.
#pragma once

#include <string>

namespace assay::node {

void start_logging(const std::string& level, const std::string& format, const std::string& name);
void set_log_level(const std::string& level);
void set_log_format(const std::string& format, const std::string& name);

}  // namespace assay::node
