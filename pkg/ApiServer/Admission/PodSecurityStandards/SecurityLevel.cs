using System.Globalization;

namespace Kube1.ApiServer.Admission.PodSecurityStandards;

/// <summary>
/// How much a namespace forbids its pods, laxest first.
/// Source: https://kubernetes.io/docs/concepts/security/pod-security-standards/
/// </summary>
public enum SecurityLevel
{
    /// <summary>Nothing is forbidden.</summary>
    Privileged,

    /// <summary>Known ways to become root on the node are forbidden.</summary>
    Baseline,

    /// <summary>What hardening asks for is required.</summary>
    Restricted,
}

/// <summary>Which release's rules count: "v1.24", or "latest" for the server's own.</summary>
/// <param name="Minor">The minor number; <see cref="long.MaxValue"/> for the latest.</param>
public readonly record struct PolicyVersion(long Minor)
{
    /// <summary>The rules of the server's own release.</summary>
    public static PolicyVersion Latest { get; } = new(long.MaxValue);

    /// <summary>What upstream answers for anything but "latest" and "v1.N".</summary>
    public const string Expected = "must be \"latest\" or \"v1.x\"";

    /// <summary>Reads "latest" or "v1.N"; leading zeros and numbers beyond 64 bits are no versions.</summary>
    public static bool TryParse(string text, out PolicyVersion version)
    {
        version = Latest;
        if (text == "latest")
        {
            return true;
        }

        var digits = text.StartsWith("v1.", StringComparison.Ordinal) ? text.AsSpan(3) : default;
        if (digits.Length == 0 || (digits.Length > 1 && digits[0] == '0')
            || !long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var minor))
        {
            return false;
        }

        version = new PolicyVersion(minor);
        return true;
    }

    /// <inheritdoc/>
    public override string ToString() =>
        Minor == long.MaxValue ? "latest" : "v1." + Minor.ToString(CultureInfo.InvariantCulture);
}

/// <summary>A level as one release defines it: "restricted:latest".</summary>
public readonly record struct LevelVersion(SecurityLevel Level, PolicyVersion Version)
{
    /// <summary>What upstream answers for a level that there is not.</summary>
    public const string ExpectedLevel = "must be one of privileged, baseline, restricted";

    /// <summary>Nothing is forbidden, in any release.</summary>
    public static LevelVersion Privileged { get; } = new(SecurityLevel.Privileged, PolicyVersion.Latest);

    /// <summary>The level as labels and messages write it.</summary>
    public string LevelName => Level switch
    {
        SecurityLevel.Privileged => "privileged",
        SecurityLevel.Baseline => "baseline",
        _ => "restricted",
    };

    /// <summary>Reads a level's name.</summary>
    public static bool TryParseLevel(string text, out SecurityLevel level)
    {
        level = text switch
        {
            "privileged" => SecurityLevel.Privileged,
            "baseline" => SecurityLevel.Baseline,
            _ => SecurityLevel.Restricted,
        };
        return text is "privileged" or "baseline" or "restricted";
    }

    /// <inheritdoc/>
    public override string ToString() => $"{LevelName}:{Version}";
}
