/* What the RP2350's boot ROM looks for within 4096 bytes of the start of flash: IMAGE_DEF, which says that this is an
 * image for it (RP2350 Datasheet 5.1.5, 5.9). The vectors stand before it (shared/rp2/vectors.c).
 */
#include <stdint.h>

#define BLOCK_BEGINS 0xFFFFDED3u
#define BLOCK_ENDS 0xAB123579u
#define ITEM_IMAGE_TYPE (0x42u | 1u << 8) /* one word: this */
#define IMAGE_EXECUTABLE (1u << 16)
#define IMAGE_SECURE (2u << 20)
#define IMAGE_ARM (0u << 24)
#define IMAGE_RP2350 (1u << 28)
#define ITEM_LAST (0xFFu | 1u << 8) /* after one word of items */
#define NEXT_BLOCK_THIS 0u          /* a loop of one */

__attribute__((section(".image_def"), used)) static const uint32_t image_def[] = {
    BLOCK_BEGINS,
    ITEM_IMAGE_TYPE | IMAGE_EXECUTABLE | IMAGE_SECURE | IMAGE_ARM | IMAGE_RP2350,
    ITEM_LAST,
    NEXT_BLOCK_THIS,
    BLOCK_ENDS,
};
