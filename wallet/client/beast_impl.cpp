// Asio and Beast are compiled here, once for the wallet's programs.
#include <boost/asio/impl/src.hpp>
#include <boost/beast/src.hpp>
