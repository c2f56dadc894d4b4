// What generate_c.py makes of a network.
#ifndef NETWORK_H
#define NETWORK_H

#include <stdint.h>

extern const char network_name[];
extern const int network_height, network_width, network_channels;  // of the input
extern const int network_outputs;
extern int8_t* const network_input;
extern int8_t* const network_output;

void network_invoke(void);

#endif  // NETWORK_H
