// Prometheus text of a node: GET /metrics on a port of its own.
#pragma once

#include <functional>
#include <string>

#include "node/http/server.hpp"

namespace assay::node {

/// One family a line or more: # HELP, # TYPE, values.
class MetricsText {
   public:
    MetricsText& gauge(const std::string& name, const std::string& help, double value) {
        return add(name, help, "gauge", value);
    }
    MetricsText& counter(const std::string& name, const std::string& help, double value) {
        return add(name, help, "counter", value);
    }
    [[nodiscard]] const std::string& text() const { return out_; }

   private:
    MetricsText& add(const std::string& name, const std::string& help, const char* type, double value);
    std::string out_;
};

class MetricsService final : public HttpService {
   public:
    explicit MetricsService(std::function<std::string()> collect) : collect_(std::move(collect)) {}
    void serve(HttpRequest request, std::function<void(HttpResponse)> reply) override;

   private:
    std::function<std::string()> collect_;
};

}  // namespace assay::node
