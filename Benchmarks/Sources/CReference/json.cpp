#include "CReference.h"

#include <simdjson.h>

#include <cmath>
#include <cstring>

// The floor under the mapping: simdjson's tree and code that knows the 20 fields by name.

namespace {

using simdjson::dom::element;

thread_local simdjson::dom::parser parser;

struct Output {
    uint8_t *start;
    uint8_t *at;

    void raw(const char *text, size_t size) {
        memcpy(at, text, size);
        at += size;
    }
    template <size_t N> void raw(const char (&text)[N]) { raw(text, N - 1); }

    void escaped(std::string_view text) {
        *at++ = '"';
        for (unsigned char c : text) {
            if (c == '"' || c == '\\') *at++ = '\\';
            *at++ = c;
        }
        *at++ = '"';
    }
    void lowered(std::string_view text) {
        *at++ = '"';
        for (unsigned char c : text) *at++ = c >= 'A' && c <= 'Z' ? c | 32 : c;
        *at++ = '"';
    }
    void integer(int64_t value) {
        char digits[20];
        int count = 0;
        if (value < 0) {
            *at++ = '-';
            value = -value;
        }
        do { digits[count++] = '0' + value % 10; } while (value /= 10);
        while (count) *at++ = digits[--count];
    }
    void cents(double value) {
        int64_t whole = llround(value * 100);
        integer(whole / 100);
        *at++ = '.';
        *at++ = '0' + whole / 10 % 10;
        *at++ = '0' + whole % 10;
    }
};

// The source fields by their place in `keys`.
enum Field {
    Name, Number, Type, Street, Zip, City, State, Country, Phone, Website, Industry, Created, Revenue,
    Gender, Partner, Tenure, Contract, Monthly, Owner, FieldCount
};
constexpr std::string_view keys[FieldCount] = {
    "Name", "CustomerNumber__c", "Type", "BillingStreet", "BillingPostalCode", "BillingCity",
    "BillingState", "BillingCountry", "Phone", "Website", "Industry", "CreatedDate", "AnnualRevenue",
    "Gender__c", "Partner__c", "TenureMonths__c", "Contract__c", "MonthlyCharges__c", "Owner"};

constexpr unsigned slots = 128;

unsigned slot(std::string_view key) {
    unsigned hash = key.size() * 37;
    hash += (unsigned char)key.front() * 5 + (unsigned char)key.back() * 11;
    hash += (unsigned char)key[key.size() / 2] * 3;
    return hash % slots;
}

struct Table {
    int8_t field[slots];
    Table() {
        memset(field, -1, sizeof field);
        for (int i = 0; i < FieldCount; i++) {
            unsigned at = slot(keys[i]);
            while (field[at] >= 0) at = (at + 1) % slots;
            field[at] = (int8_t)i;
        }
    }
    int find(std::string_view key) const {
        if (key.empty()) return -1;
        for (unsigned at = slot(key); field[at] >= 0; at = (at + 1) % slots)
            if (keys[field[at]] == key) return field[at];
        return -1;
    }
};
const Table table;

std::string_view text(const element &value) {
    std::string_view result;
    return value.get(result) ? std::string_view() : result;
}

double number(const element &value) {
    double result;
    return value.get(result) ? 0 : result;
}

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
    while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
    return text;
}

std::string_view code(std::string_view country) {
    if (country == "Germany") return "DE";
    if (country == "Austria") return "AT";
    if (country == "Switzerland") return "CH";
    if (country == "France") return "FR";
    return "";
}

bool map(const element &record, Output &out) {
    simdjson::dom::object object;
    if (record.get(object)) return false;
    element fields[FieldCount];
    unsigned found = 0;
    for (auto member : object) {
        int field = table.find(member.key);
        if (field < 0) continue;
        fields[field] = member.value;
        found++;
    }
    element email;
    if (found != FieldCount || fields[Owner]["Email"].get(email)) return false;
    int64_t tenure;
    std::string_view created = text(fields[Created]);
    if (fields[Tenure].get(tenure) || created.size() < 10) return false;
    out.raw("{\"Category\":\"2\",\"Name\":");
    out.escaped(text(fields[Name]));
    out.raw(",\"Ext\":");
    out.escaped(text(fields[Number]));
    out.raw(",\"Type\":");
    out.escaped(text(fields[Type]));
    out.raw(",\"Address\":{\"Street\":");
    out.escaped(text(fields[Street]));
    out.raw(",\"Zip\":");
    out.escaped(text(fields[Zip]));
    out.raw(",\"City\":");
    out.escaped(trimmed(text(fields[City])));
    out.raw(",\"Region\":");
    out.escaped(text(fields[State]));
    out.raw(",\"Country\":");
    out.escaped(code(text(fields[Country])));
    out.raw("},\"Phone\":");
    out.escaped(text(fields[Phone]));
    out.raw(",\"Url\":");
    out.escaped(text(fields[Website]));
    out.raw(",\"Industry\":");
    out.escaped(text(fields[Industry]));
    out.raw(",\"Since\":\"");
    out.raw(created.data(), 4);
    out.raw(created.data() + 5, 2);
    out.raw(created.data() + 8, 2);
    out.raw("\",\"Revenue\":");
    out.cents(number(fields[Revenue]));
    out.raw(",\"Gender\":");
    out.escaped(text(fields[Gender]));
    out.raw(",\"Partner\":");
    out.escaped(text(fields[Partner]));
    out.raw(",\"Tenure\":");
    out.integer(tenure);
    out.raw(",\"Contract\":");
    out.escaped(text(fields[Contract]));
    out.raw(",\"Monthly\":");
    out.cents(number(fields[Monthly]));
    out.raw(",\"Owner\":");
    out.lowered(text(email));
    out.raw("}");
    return true;
}

template <typename Body> long each_line(const uint8_t *bytes, size_t length, Body body) {
    long lines = 0;
    const uint8_t *end = bytes + length;
    while (bytes < end) {
        const void *newline = memchr(bytes, '\n', end - bytes);
        const uint8_t *stop = newline ? static_cast<const uint8_t *>(newline) : end;
        element record;
        if (parser.parse(bytes, stop - bytes, false).get(record) || !body(record)) return -1;
        lines++;
        bytes = stop + 1;
    }
    return lines;
}

}  // namespace

extern "C" long reference_parse(const uint8_t *bytes, size_t length) {
    return each_line(bytes, length, [](const element &) { return true; });
}

extern "C" long reference_map(
    const uint8_t *bytes, size_t length, uint8_t *output, size_t *output_length) {
    return each_line(bytes, length, [&](const element &record) {
        Output out{output, output};
        if (!map(record, out)) return false;
        *output_length = out.at - out.start;
        return true;
    });
}
