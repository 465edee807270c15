using System.Collections.Immutable;
using System.Globalization;
using Kube1.Api.Json;
using Kube1.Cel.Functions;
using Kube1.Cel.Types;
using Kube1.Cel.Values;

namespace Kube1.Cel.Libraries;

/// <summary>The parts of timestamps, in UTC or in a named zone or at an offset, and durations in whole units.</summary>
internal static class TimeFunctions
{
    private const long NanosecondsPerMillisecond = 1_000_000;

    /// <summary>Ten thousand years and more: beyond lies no time that there is.</summary>
    private const long MaxOffsetMinutes = 10_000L * 366 * 24 * 60;

    public static ImmutableArray<CelFunction> Functions { get; } =
    [
        Part("getFullYear", "timestamp_to_year", t => t.Year),
        Part("getMonth", "timestamp_to_month", t => t.Month - 1),
        Part("getDayOfYear", "timestamp_to_day_of_year", t => t.DayOfYear - 1),
        Part("getDayOfMonth", "timestamp_to_day_of_month", t => t.Day - 1),
        Part("getDate", "timestamp_to_day_of_month_1_based", t => t.Day),
        Part("getDayOfWeek", "timestamp_to_day_of_week", t => (int)t.DayOfWeek),
        Part("getHours", "timestamp_to_hours", t => t.Hour, "duration_to_hours", 3_600_000_000_000),
        Part("getMinutes", "timestamp_to_minutes", t => t.Minute, "duration_to_minutes", 60_000_000_000),
        Part("getSeconds", "timestamp_to_seconds", t => t.Second, "duration_to_seconds", 1_000_000_000, "_tz"),
        Milliseconds(),
    ];

    private static CelFunction Part(
        string name, string id, Func<DateTime, int> part, string? durationId = null, long unit = 1,
        string zoneSuffix = "_with_tz")
    {
        List<CelOverload> overloads =
        [
            CelOverload.Member(id, [CelType.Timestamp], CelType.Int, a => CelValue.Of((long)part(Utc(a[0])))),
            CelOverload.Member(id + zoneSuffix, [CelType.Timestamp, CelType.String], CelType.Int, arguments =>
                TryLocal(arguments[0], arguments[1].AsString, out var local, out var error)
                    ? CelValue.Of((long)part(local)) : CelValue.Error(error)),
        ];
        if (durationId is not null)
        {
            overloads.Add(CelOverload.Member(
                durationId, [CelType.Duration], CelType.Int, a => CelValue.Of(a[0].AsDuration / unit)));
        }

        return new CelFunction(name, [.. overloads]);
    }

    private static CelFunction Milliseconds() => new(
        "getMilliseconds",
        CelOverload.Member(
            "timestamp_to_milliseconds", [CelType.Timestamp], CelType.Int,
            a => CelValue.Of(a[0].Nanoseconds / NanosecondsPerMillisecond)),
        CelOverload.Member(
            "timestamp_to_milliseconds_with_tz", [CelType.Timestamp, CelType.String], CelType.Int,
            arguments => TryLocal(arguments[0], arguments[1].AsString, out _, out var error)
                ? CelValue.Of(arguments[0].Nanoseconds / NanosecondsPerMillisecond) : CelValue.Error(error)),
        CelOverload.Member(
            "duration_to_milliseconds", [CelType.Duration], CelType.Int,
            a => CelValue.Of(a[0].AsDuration / NanosecondsPerMillisecond)));

    private static DateTime Utc(in CelValue timestamp) => DateTime.UnixEpoch.AddSeconds(timestamp.UnixSeconds);

    // The clock of a zone at that time. The very first and last hours have no local time in .NET and stay in UTC.
    private static bool TryLocal(in CelValue timestamp, string zone, out DateTime local, out string error)
    {
        local = Utc(timestamp);
        error = "";
        TimeSpan offset;
        if (zone.Contains(':', StringComparison.Ordinal))
        {
            if (!TryOffset(zone, out offset, out error))
            {
                return false;
            }
        }
        else if (TryFindZone(zone, out var found))
        {
            offset = found.GetUtcOffset(local);
        }
        else
        {
            error = IsUnsafeName(zone) ? "time: invalid location name" : $"unknown time zone {zone}";
            return false;
        }

        var ticks = local.Ticks + offset.Ticks;
        local = ticks < DateTime.MinValue.Ticks || ticks > DateTime.MaxValue.Ticks ? local : new DateTime(ticks);
        return true;
    }

    private static bool TryFindZone(string name, out TimeZoneInfo zone)
    {
        zone = TimeZoneInfo.Utc;
        return name is "" or "UTC" || (!IsUnsafeName(name) && TimeZoneInfo.TryFindSystemTimeZoneById(name, out zone!));
    }

    // Names become paths of files.
    private static bool IsUnsafeName(string name) =>
        name.Contains("..", StringComparison.Ordinal) || name.StartsWith('/') || name.Contains('\\', StringComparison.Ordinal);

    private static bool TryOffset(string zone, out TimeSpan offset, out string error)
    {
        offset = default;
        var colon = zone.IndexOf(':', StringComparison.Ordinal);
        var (first, second) = (zone[..colon], zone[(colon + 1)..]);
        var bad = TryInt(first, out var hours) ? TryInt(second, out _) ? null : second : first;
        error = bad is null ? "" : $"strconv.Atoi: parsing {GoText.Quote(bad)}: invalid syntax";
        if (bad is not null || !TryInt(second, out var minutes))
        {
            return false;
        }

        var total = (hours * 60L) + (zone[0] == '-' ? -minutes : minutes);
        offset = TimeSpan.FromMinutes(Math.Clamp(total, -MaxOffsetMinutes, MaxOffsetMinutes));
        return true;
    }

    private static bool TryInt(string text, out int value)
    {
        // Zero characters behind a number are none of it, though .NET passes over them.
        value = 0;
        return text is [.., not '\0'] && int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value);
    }
}
