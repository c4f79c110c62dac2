#ifndef AFTERCARE_CZSTD_H
#define AFTERCARE_CZSTD_H
#include <zstd.h>
#include <zstd_errors.h>
#endif
