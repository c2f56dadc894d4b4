// Images that a seed makes: there is no data set.
#ifndef RESNET20_IMAGES_H
#define RESNET20_IMAGES_H

#include <stdint.h>

#include "net.h"

/// `resnet20 --all` runs those with seeds below.
enum { IMAGES = 8 };

/// Fills `pixels` (NHWC, 0 to 255) with image number `seed`: patches of colour that run into each
/// other, and a little noise.
void make_image(uint32_t seed, uint8_t* pixels);

#endif  // RESNET20_IMAGES_H
