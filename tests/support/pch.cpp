// SPDX-License-Identifier: EUPL-1.2
// Something to compile: a precompiled header belongs to a target (cmake/revier_module.cmake).
