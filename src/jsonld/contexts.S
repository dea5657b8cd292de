/* SPDX-License-Identifier: EUPL-1.2 */
/* The core contexts' bytes; core.cpp names them. */
.macro context name, file
.global revier_core_context_\name
.global revier_core_context_\name\()_end
revier_core_context_\name:
.incbin "\file"
revier_core_context_\name\()_end:
.byte 0
.endm

.section .rodata
context 1_6, "ngsi-ld-core-context-v1.6.jsonld"
context 1_7, "ngsi-ld-core-context-v1.7.jsonld"
context 1_8, "ngsi-ld-core-context-v1.8.jsonld"
context 1_9, "ngsi-ld-core-context-v1.9.jsonld"

.section .note.GNU-stack,"",%progbits
