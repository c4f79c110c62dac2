#ifndef AFTERCARE_CCURL_H
#define AFTERCARE_CCURL_H
#include <curl/curl.h>

// curl_easy_setopt and curl_easy_getinfo are variadic, which Swift does not import: one typed wrapper for each kind of
// argument.
static inline CURLcode ac_curl_set_long(CURL *handle, CURLoption option, long value) {
    return curl_easy_setopt(handle, option, value);
}
static inline CURLcode ac_curl_set_offset(CURL *handle, CURLoption option, curl_off_t value) {
    return curl_easy_setopt(handle, option, value);
}
static inline CURLcode ac_curl_set_string(CURL *handle, CURLoption option, const char *value) {
    return curl_easy_setopt(handle, option, value);
}
static inline CURLcode ac_curl_set_pointer(CURL *handle, CURLoption option, void *value) {
    return curl_easy_setopt(handle, option, value);
}
typedef size_t (*ac_curl_write_function)(char *bytes, size_t size, size_t count, void *context);
static inline CURLcode ac_curl_set_write(CURL *handle, CURLoption option, ac_curl_write_function value) {
    return curl_easy_setopt(handle, option, value);
}
static inline CURLcode ac_curl_set_list(CURL *handle, CURLoption option, struct curl_slist *value) {
    return curl_easy_setopt(handle, option, value);
}
static inline CURLcode ac_curl_get_long(CURL *handle, CURLINFO info, long *value) {
    return curl_easy_getinfo(handle, info, value);
}
static inline CURLcode ac_curl_get_certificates(CURL *handle, struct curl_certinfo **value) {
    return curl_easy_getinfo(handle, CURLINFO_CERTINFO, value);
}
static inline CURLcode ac_curl_get_offset(CURL *handle, CURLINFO info, curl_off_t *value) {
    return curl_easy_getinfo(handle, info, value);
}

// Swift does not import macros with casts.
static const long ac_curl_any_authentication = CURLAUTH_ANY;
static const long ac_curl_basic = CURLAUTH_BASIC;
static const long ac_curl_digest = CURLAUTH_DIGEST;
static const long ac_curl_ntlm = CURLAUTH_NTLM;
static const long ac_curl_negotiate = CURLAUTH_NEGOTIATE;
#endif
