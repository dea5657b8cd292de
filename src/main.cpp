// SPDX-License-Identifier: EUPL-1.2
#include <string>
#include <vector>

#include "app/run.h"

int main(int count, char** values) {
  return revier::app::run(std::vector<std::string>(values + 1, values + count));
}
