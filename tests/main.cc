// The one main of the C++ tests.
#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>
