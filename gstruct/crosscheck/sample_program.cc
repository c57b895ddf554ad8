// A small program whose debug information describes all of gort's structures: what the tests compare and damage.

#include "gort/gstruct/g.h"
#include "gort/gstruct/hchan.h"
#include "gort/gstruct/m.h"
#include "gort/gstruct/p.h"
#include "gort/gstruct/schedt.h"
#include "gort/gstruct/sudog.h"

[[gnu::used]] gort::runtime::g sample_g;
[[gnu::used]] gort::runtime::m sample_m;
[[gnu::used]] gort::runtime::p sample_p;
[[gnu::used]] gort::runtime::sudog sample_sudog;
[[gnu::used]] gort::runtime::hchan sample_hchan;
[[gnu::used]] gort::runtime::schedt sample_schedt;

int main() { return 0; }
