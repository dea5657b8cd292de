// SPDX-License-Identifier: EUPL-1.2
// The precompiled header of the tests beside the code: what they share costs a fifth of their time.
#pragma once
#include "base/pch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
