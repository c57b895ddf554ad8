// The network: Listen, Dial, Conn, UDPConn, Pipe, LookupHost.
//
// Goroutines wait for the network without keeping a thread: runtime/netpoll. Each part has its own header.
#ifndef GORT_RUNTIME_NET_NET_H_
#define GORT_RUNTIME_NET_NET_H_

#include "gort/runtime/net/address.h"  // IWYU pragma: export
#include "gort/runtime/net/conn.h"     // IWYU pragma: export
#include "gort/runtime/net/dial.h"     // IWYU pragma: export
#include "gort/runtime/net/listen.h"   // IWYU pragma: export
#include "gort/runtime/net/lookup.h"   // IWYU pragma: export
#include "gort/runtime/net/pipe.h"     // IWYU pragma: export
#include "gort/runtime/net/udp.h"      // IWYU pragma: export

#endif  // GORT_RUNTIME_NET_NET_H_
