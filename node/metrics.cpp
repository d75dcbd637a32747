#include "node/metrics.hpp"

#include <cstdio>

namespace assay::node {

MetricsText& MetricsText::add(const std::string& name, const std::string& help, const char* type, double value) {
    char number[40];
    std::snprintf(number, sizeof(number), "%.17g", value);
    const std::string full = "assay_" + name;
    out_ += "# HELP " + full + " " + help + "\n# TYPE " + full + " " + type + "\n" + full + " " + number + "\n";
    return *this;
}

void MetricsService::serve(HttpRequest request, std::function<void(HttpResponse)> reply) {
    const std::string path = request.target.substr(0, request.target.find('?'));
    if (request.method != "GET" && request.method != "HEAD")
        return reply({405, "text/plain", "method not allowed\n", {{"Allow", "GET, HEAD"}}});
    if (path != "/metrics") return reply({404, "text/plain", "metrics are at /metrics\n", {}});
    reply({200, "text/plain; version=0.0.4; charset=utf-8", collect_(), {}});
}

}  // namespace assay::node
