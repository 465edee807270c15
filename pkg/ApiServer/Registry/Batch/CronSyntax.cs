using System.Globalization;

namespace Kube1.ApiServer.Registry.Batch;

/// <summary>
/// Whether a text is a cron schedule: five fields, or a word such as @daily, or "@every 1h".
/// Source: https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/#schedule-syntax
/// </summary>
internal static class CronSyntax
{
    private const string Every = "@every ";

    private static readonly (int Low, int High, string Names)[] Fields =
    [
        (0, 59, ""), (0, 23, ""), (1, 31, ""),
        (1, 12, "jan feb mar apr may jun jul aug sep oct nov dec"),
        (0, 6, "sun mon tue wed thu fri sat"),
    ];

    private static readonly string[] Words = ["@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"];

    /// <summary>What is wrong, in upstream's words; null when all is well.</summary>
    public static string? Check(string schedule)
    {
        if (schedule.StartsWith("TZ=", StringComparison.Ordinal)
            || schedule.StartsWith("CRON_TZ=", StringComparison.Ordinal))
        {
            var zone = schedule[(schedule.IndexOf('=', StringComparison.Ordinal) + 1)..].Split(' ', 2);
            if (!TimeZoneInfo.TryFindSystemTimeZoneById(zone[0], out _))
            {
                return $"provided bad location {zone[0]}: unknown time zone {zone[0]}";
            }

            schedule = zone.Length == 2 ? zone[1].Trim() : "";
        }

        if (schedule.StartsWith('@'))
        {
            return Words.Contains(schedule) ? null
                : !schedule.StartsWith(Every, StringComparison.Ordinal) ? "unrecognized descriptor: " + schedule
                : EverySyntax.Check(schedule[Every.Length..]) is { } wrong
                    ? $"failed to parse duration {schedule}: {wrong}"
                    : null;
        }

        var fields = schedule.Split(
            (char[]?)null, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (fields.Length != Fields.Length)
        {
            return $"expected exactly {Fields.Length} fields, found {fields.Length}: [{string.Join(' ', fields)}]";
        }

        return fields.Zip(Fields)
            .SelectMany(f => f.First.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(part => CheckRange(part, f.Second)))
            .FirstOrDefault(wrong => wrong is not null);
    }

    private static string? CheckRange(string text, (int Low, int High, string Names) field)
    {
        var parts = text.Split('/');
        var ends = parts[0].Split('-');
        var (start, end) = (field.Low, field.High);
        if (ends[0] is not ("*" or "?"))
        {
            if (Number(ends[0], field.Names, out start) is { } wrong)
            {
                return wrong;
            }

            end = start;
            if (ends.Length == 2 && Number(ends[1], field.Names, out end) is { } bad)
            {
                return bad;
            }

            if (ends.Length > 2)
            {
                return "too many hyphens: " + text;
            }
        }

        var step = 1;
        if (parts.Length == 2)
        {
            if (Number(parts[1], "", out step) is { } wrong)
            {
                return wrong;
            }

            end = ends.Length == 1 ? field.High : end;
        }
        else if (parts.Length > 2)
        {
            return "too many slashes: " + text;
        }

        return start < field.Low ? $"beginning of range ({start}) below minimum ({field.Low}): {text}"
            : end > field.High ? $"end of range ({end}) above maximum ({field.High}): {text}"
            : start > end ? $"beginning of range ({start}) beyond end of range ({end}): {text}"
            : step == 0 ? "step of range should be a positive number: " + text
            : null;
    }

    private static string? Number(string text, string names, out int number)
    {
        var index = text.Length == 0 ? -1 : Array.IndexOf(names.Split(' '), text.ToLowerInvariant());
        if (index >= 0)
        {
            number = index + (names.StartsWith("jan", StringComparison.Ordinal) ? 1 : 0);
            return null;
        }

        if (!int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number))
        {
            return $"failed to parse int from {text}: strconv.Atoi: parsing \"{text}\": invalid syntax";
        }

        return number < 0 ? $"negative number ({number}) not allowed: {text}" : null;
    }
}
