// polyglyph: exact token ids for any text, in any language. Begin with tokenizer.h.
#pragma once

#include "polyglyph/decode_stream.h"
#include "polyglyph/description.h"
#include "polyglyph/encode_stream.h"
#include "polyglyph/error.h"
#include "polyglyph/materialize.h"
#include "polyglyph/options.h"
#include "polyglyph/pack.h"
#include "polyglyph/settings.h"
#include "polyglyph/surgery.h"
#include "polyglyph/text.h"
#include "polyglyph/tokenizer.h"
#include "polyglyph/trace.h"
#include "polyglyph/types.h"
#include "polyglyph/verify.h"
#include "polyglyph/version.h"
#include "polyglyph/vocab.h"
