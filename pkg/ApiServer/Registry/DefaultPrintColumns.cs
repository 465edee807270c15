using System.Globalization;
using System.Text.Json.Nodes;

namespace Kube1.ApiServer.Registry;

/// <summary>The columns that most kinds begin and end with, and how ages are written.</summary>
public static class DefaultPrintColumns
{
    /// <summary>"Name"</summary>
    public static PrintColumn Name { get; } = new(
        "Name", "string", "name",
        "The object's name, unique among those of its kind in its namespace",
        0, static (o, _) => (string?)o["metadata"]?["name"]);

    /// <summary>"Age"</summary>
    public static PrintColumn Age { get; } = new(
        "Age", "string", "",
        "Time since the object was created",
        0, static (o, c) => AgeOf((string?)o["metadata"]?["creationTimestamp"], c.Now));

    /// <summary>Name and creation time, as upstream prints a kind that it has no columns for.</summary>
    public static IReadOnlyList<PrintColumn> NameAndAge { get; } =
    [
        Name,
        new("Created At", "date", "", "When the object was created", 0, static (o, _) => (string?)o["metadata"]?["creationTimestamp"]),
    ];

    /// <summary>The time since a timestamp, as kubectl writes it: "5m3s", "2d4h"; "&lt;unknown&gt;" for none.</summary>
    public static string AgeOf(string? timestamp, DateTimeOffset now) =>
        DateTimeOffset.TryParse(timestamp, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? Duration(now - time)
            : "<unknown>";

    /// <summary>A duration with two units at most: k8s.io/apimachinery/pkg/util/duration HumanDuration.</summary>
    public static string Duration(TimeSpan d)
    {
        var seconds = (long)d.TotalSeconds;
        var minutes = seconds / 60;
        var hours = minutes / 60;
        var days = hours / 24;
        return seconds switch
        {
            < -1 => "<invalid>",
            < 0 => "0s",
            < 120 => $"{seconds}s",
            < 600 => Two(minutes, "m", seconds % 60, "s"),
            < 3 * 3600 => $"{minutes}m",
            < 8 * 3600 => Two(hours, "h", minutes % 60, "m"),
            < 48 * 3600 => $"{hours}h",
            < 8 * 86400 => Two(days, "d", hours % 24, "h"),
            < 2L * 365 * 86400 => $"{days}d",
            < 8L * 365 * 86400 => Two(days / 365, "y", days % 365, "d"),
            _ => $"{days / 365}y",
        };
    }

    private static string Two(long large, string largeUnit, long small, string smallUnit) =>
        small == 0 ? $"{large}{largeUnit}" : $"{large}{largeUnit}{small}{smallUnit}";
}
