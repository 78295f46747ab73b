/* The part of Zephyr's kernel that the package uses. */
#ifndef STAND_IN_KERNEL_H
#define STAND_IN_KERNEL_H
#include <stddef.h>
#include <stdint.h>
#define ARG_UNUSED(x) (void)(x)
#define CONFIG_BOARD "native"
#define CONFIG_KWS_CLOCK_HZ 64000000
struct k_mem_slab { void *buffer; size_t block; uint32_t count; };
struct k_thread { int state; };
typedef struct { char byte; } k_thread_stack_t;
typedef void (*k_thread_entry_t)(void *a, void *b, void *c);
typedef struct { int64_t ticks; } k_timeout_t;
#define K_NO_WAIT ((k_timeout_t){0})
#define K_MEM_SLAB_DEFINE_STATIC(name, bytes, number, align) \
    static char name##_bytes[(bytes) * (number)]; \
    static struct k_mem_slab name = {name##_bytes, bytes, number}
#define K_THREAD_STACK_DEFINE(name, bytes) static k_thread_stack_t name[bytes]
void *k_thread_create(struct k_thread *thread, k_thread_stack_t *stack, size_t bytes, k_thread_entry_t entry, void *a,
                      void *b, void *c, int priority, uint32_t options, k_timeout_t delay);
void k_mem_slab_free(struct k_mem_slab *slab, void *block);
int64_t k_uptime_get(void);
int64_t k_uptime_ticks(void);
uint64_t k_ticks_to_us_floor64(uint64_t ticks);
uint32_t k_cycle_get_32(void);
int32_t k_msleep(int32_t ms);
void printk(const char *form, ...);
#endif
