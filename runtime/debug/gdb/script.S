// What gdb finds in every gort program: the script of this folder, in front of it the offsets of this very build.
//
//   section .debug_gdb_scripts:   4  "gort\n"  "class GortOffsets:\n g_goid=152\n ..."  "exec(<the .py files, compressed>)"  0
//
// 4 means Python text; the line behind it is the name that gdb shows. The files get a namespace of their own. The section is allocated, unlike others of such a name:
// Bazel links with -S, which drops sections of debug information. Nobody reads it at run time, so it costs no memory, but
// bytes of the file.
// Source: gdb's manual, "The .debug_gdb_scripts section".

#include "gort/gstruct/go_asm.h"

#define TEXT(x) #x
#define VALUE(x) TEXT(x)
#define OFFSET(name) .ascii " ", #name, "=", VALUE(name), "\n"

        // R: --gc-sections keeps it, although no code refers to it.
        .section .debug_gdb_scripts, "aR", @progbits
        .byte   4
        .ascii  "gort\n"
        .ascii  "class GortOffsets:\n"
        OFFSET(g__size)
        OFFSET(g_stack)
        OFFSET(g_m)
        OFFSET(g_sched)
        OFFSET(g_stktopsp)
        OFFSET(g_slot)
        OFFSET(g_atomicstatus)
        OFFSET(g_goid)
        OFFSET(g_waitsince)
        OFFSET(g_waitreason)
        OFFSET(g_lockedm)
        OFFSET(g_goline)
        OFFSET(g_gofile)
        OFFSET(g_gofunction)
        OFFSET(g_name)
        OFFSET(g_alllink)
        OFFSET(g_startpc)
        OFFSET(stack_lo)
        OFFSET(stack_hi)
        OFFSET(gobuf_sp)
        OFFSET(gobuf_pc)
        OFFSET(m__size)
        OFFSET(m_procid)
        OFFSET(m_curg)
        OFFSET(m_id)
        OFFSET(m_locks)
        OFFSET(m_alllink)
        OFFSET(m_isextra)
        OFFSET(p__size)
        OFFSET(p_id)
        OFFSET(p_status)
        OFFSET(p_schedtick)
        OFFSET(p_sysmontick)
        OFFSET(p_m)
        OFFSET(p_runqhead)
        OFFSET(p_runqtail)
        OFFSET(p_runnext)
        OFFSET(p_timers)
        OFFSET(timers_len)
        OFFSET(sysmontick_schedwhen)
        OFFSET(schedt__size)
        OFFSET(schedt_nmidle)
        OFFSET(schedt_npidle)
        OFFSET(schedt_nmspinning)
        OFFSET(schedt_runqsize)
        OFFSET(schedt_gcwaiting)
        OFFSET(hchan__size)
        OFFSET(hchan_qcount)
        OFFSET(hchan_dataqsiz)
        OFFSET(hchan_buf)
        OFFSET(hchan_elemsize)
        OFFSET(hchan_closed)
        OFFSET(hchan_recvx)
        OFFSET(hchan_recvq)
        OFFSET(hchan_sendq)
        OFFSET(waitq_first)
        OFFSET(sudog__size)
        OFFSET(sudog_g)
        OFFSET(sudog_next)
        OFFSET(const__Gidle)
        OFFSET(const__Grunnable)
        OFFSET(const__Grunning)
        OFFSET(const__Gsyscall)
        OFFSET(const__Gwaiting)
        OFFSET(const__Gdead)
        OFFSET(const__Pidle)
        OFFSET(const__Prunning)
        OFFSET(const__Pgcstop)
        OFFSET(const__Pdead)
        .ascii  "import base64, gzip\n"
        .ascii  "exec(compile(gzip.decompress(base64.b64decode('"
#include "gort/runtime/debug/gdb/script.inc"
        .ascii  "')), 'gort', 'exec'), {'GortOffsets': GortOffsets, '__name__': 'gort'})\n"
        .byte   0

        // The same for what the script reads and no code does: who keeps this section keeps the table.
        .section .rodata.gort_gdb, "aR", @progbits
        .long   runtime.waitReasonStrings - .
        .long   runtime.waitReasonCount - .

        .section .note.GNU-stack, "", @progbits
