/* Size before speed, for files in which little time is spent: KWS_SMALL_BEGIN before the first function, KWS_SMALL_END
 * after the last. */
#ifndef KWS_SMALL_H
#define KWS_SMALL_H

#if defined(__clang__)
#define KWS_SMALL_BEGIN _Pragma("clang attribute push(__attribute__((minsize)), apply_to = function)")
#define KWS_SMALL_END _Pragma("clang attribute pop")
#elif defined(__GNUC__)
#define KWS_SMALL_BEGIN _Pragma("GCC push_options") _Pragma("GCC optimize(\"Os\")")
#define KWS_SMALL_END _Pragma("GCC pop_options")
#else
#define KWS_SMALL_BEGIN
#define KWS_SMALL_END
#endif

#endif
