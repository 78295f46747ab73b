#define ESP_LOG_NONE 0
void esp_log_level_set(const char *tag, int level);
