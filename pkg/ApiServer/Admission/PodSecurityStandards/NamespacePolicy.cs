using Kube1.Api.Validation;

namespace Kube1.ApiServer.Admission.PodSecurityStandards;

/// <summary>What a namespace refuses, what it records in the audit log, and what it warns of.</summary>
public sealed record NamespacePolicy(LevelVersion Enforce, LevelVersion Audit, LevelVersion Warn)
{
    /// <summary>The prefix of the namespace labels, and of the audit annotations.</summary>
    public const string LabelPrefix = "pod-security.kubernetes.io/";

    /// <summary>The label with the enforced level.</summary>
    public const string EnforceLabel = LabelPrefix + "enforce";

    private const string AuditLabel = LabelPrefix + "audit";
    private const string WarnLabel = LabelPrefix + "warn";
    private const string VersionSuffix = "-version";

    private static readonly FieldPath Labels = FieldPath.Of("metadata", "labels");

    /// <summary>Forbids nothing.</summary>
    public static NamespacePolicy Privileged { get; } =
        new(LevelVersion.Privileged, LevelVersion.Privileged, LevelVersion.Privileged);

    /// <summary>Whether all three modes let everything pass.</summary>
    public bool IsPrivileged => Enforce.Level == SecurityLevel.Privileged && Audit.Level == SecurityLevel.Privileged
        && Warn.Level == SecurityLevel.Privileged;

    /// <summary>
    /// The policy that a namespace's labels ask for, the defaults where they say nothing. A label that cannot be read is
    /// an error in <paramref name="errors"/> and counts as the strictest for what is enforced, as the laxest else.
    /// </summary>
    public static NamespacePolicy Of(
        IReadOnlyDictionary<string, string>? labels, NamespacePolicy defaults, FieldErrorList errors)
    {
        if (labels is not { Count: > 0 })
        {
            return defaults;
        }

        var (enforce, enforces) = Read(labels, EnforceLabel, defaults.Enforce, SecurityLevel.Restricted, errors);
        var (audit, _) = Read(labels, AuditLabel, defaults.Audit, SecurityLevel.Privileged, errors);
        var (warn, _) = Read(labels, WarnLabel, defaults.Warn, SecurityLevel.Privileged, errors);

        // Who enforces a level wants to hear of the workloads that it will stop.
        if (enforces && !labels.ContainsKey(WarnLabel) && enforce.Level > warn.Level)
        {
            warn = new LevelVersion(
                enforce.Level, labels.ContainsKey(WarnLabel + VersionSuffix) ? warn.Version : enforce.Version);
        }

        return new NamespacePolicy(enforce, audit, warn);
    }

    /// <summary>What a namespace is told that asks for a policy although it is exempt; null for nothing.</summary>
    public string? WarningWhenExempt(
        string name, IReadOnlyDictionary<string, string>? labels, NamespacePolicy defaults)
    {
        if (IsPrivileged || IsEquivalentTo(defaults))
        {
            return null;
        }

        var modes = new List<string>();
        Add("enforce", Enforce, EnforceLabel);
        Add("audit", Audit, AuditLabel);
        Add("warn", Warn, WarnLabel);
        return $"namespace \"{name}\" is exempt from Pod Security, and the policy ({string.Join(", ", modes)}) will be ignored";

        void Add(string mode, LevelVersion level, string label)
        {
            if (level.Level != SecurityLevel.Privileged
                && (labels?.ContainsKey(label) == true || labels?.ContainsKey(label + VersionSuffix) == true))
            {
                modes.Add($"{mode}={level}");
            }
        }
    }

    private bool IsEquivalentTo(NamespacePolicy other) =>
        Same(Enforce, other.Enforce) && Same(Audit, other.Audit) && Same(Warn, other.Warn);

    private static bool Same(LevelVersion a, LevelVersion b) =>
        a == b || (a.Level == SecurityLevel.Privileged && b.Level == SecurityLevel.Privileged);

    private static (LevelVersion Policy, bool HasLevel) Read(
        IReadOnlyDictionary<string, string> labels, string label, LevelVersion policy, SecurityLevel whenUnreadable,
        FieldErrorList errors)
    {
        var hasLevel = false;
        if (labels.TryGetValue(label, out var level))
        {
            hasLevel = LevelVersion.TryParseLevel(level, out var parsed);
            policy = policy with { Level = hasLevel ? parsed : whenUnreadable };
            if (!hasLevel)
            {
                errors.Invalid(Labels.Key(label), level, LevelVersion.ExpectedLevel);
            }
        }

        if (labels.TryGetValue(label + VersionSuffix, out var text))
        {
            if (!PolicyVersion.TryParse(text, out var version))
            {
                errors.Invalid(Labels.Key(label + VersionSuffix), text, PolicyVersion.Expected);
            }

            policy = policy with { Version = version };
        }

        return (policy, hasLevel);
    }
}
