#include <imload/imgui.hpp>
#include <imgui.h>

int main() { return ImGui::GetVersion() ? 0 : 1; }
