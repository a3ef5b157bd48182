// Memory for the operating system.
#pragma once

#include <cstdlib>  // __GLIBC__

#if defined(__GLIBC__)
#include <malloc.h>
#endif

namespace polyglyph::vocab {

// Building an image takes and frees several times what is kept, and glibc holds on to it until it is asked.
inline void give_memory_back() {
#if defined(__GLIBC__)
  ::malloc_trim(0);
#endif
}

}  // namespace polyglyph::vocab
