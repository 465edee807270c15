using System.Globalization;

namespace Kube1.Kubelet.Containers;

/// <summary>Durations as Go prints them, because upstream's messages do: "40s", "1m20s", "5m0s", "1.234s", "15ms".</summary>
internal static class GoDuration
{
    public static string Format(TimeSpan span)
    {
        if (span == TimeSpan.Zero)
        {
            return "0s";
        }

        if (span < TimeSpan.FromMilliseconds(1))
        {
            return Number(span.TotalMicroseconds) + "µs";
        }

        if (span < TimeSpan.FromSeconds(1))
        {
            return Number(span.TotalMilliseconds) + "ms";
        }

        var hours = (long)span.TotalHours;
        var seconds = Number(span.TotalSeconds % 60) + "s";
        return hours > 0 ? $"{hours}h{span.Minutes}m{seconds}" : span.Minutes > 0 ? $"{span.Minutes}m{seconds}" : seconds;
    }

    private static string Number(double value) => value.ToString("0.#########", CultureInfo.InvariantCulture);
}
