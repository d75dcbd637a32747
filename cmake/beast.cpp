// Asio and Beast are compiled here, once for the node.
#include <boost/asio/impl/src.hpp>
#include <boost/beast/src.hpp>
