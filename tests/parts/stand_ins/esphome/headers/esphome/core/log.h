/* Stand-in: every line of the log goes to standard error. */
#pragma once
#include <cstdio>
#define KWS_LOGGED(tag, ...) (std::fprintf(stderr, "[%s] ", tag), std::fprintf(stderr, __VA_ARGS__), std::fputc('\n', stderr))
#define ESP_LOGE(tag, ...) KWS_LOGGED(tag, __VA_ARGS__)
#define ESP_LOGW(tag, ...) KWS_LOGGED(tag, __VA_ARGS__)
#define ESP_LOGD(tag, ...) KWS_LOGGED(tag, __VA_ARGS__)
#define ESP_LOGCONFIG(tag, ...) KWS_LOGGED(tag, __VA_ARGS__)
