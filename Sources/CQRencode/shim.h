#ifndef AFTERCARE_CQRENCODE_H
#define AFTERCARE_CQRENCODE_H
#include <qrencode.h>
#endif
