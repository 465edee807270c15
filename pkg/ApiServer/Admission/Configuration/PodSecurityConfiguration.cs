using Kube1.Api.Validation;
using Kube1.ApiServer.Admission.PodSecurityStandards;

namespace Kube1.ApiServer.Admission.Configuration;

/// <summary>PodSecurityConfiguration of pod-security.admission.config.k8s.io, with upstream's checks.</summary>
internal static class PodSecurityConfiguration
{
    private const string Group = "pod-security.admission.config.k8s.io";

    /// <summary>What the file says; what is wrong with it is added to <paramref name="errors"/>.</summary>
    public static PodSecuritySettings Read(ConfigurationObject file, FieldErrorList errors)
    {
        file.Require("PodSecurityConfiguration", Group + "/v1", Group + "/v1beta1", Group + "/v1alpha1");
        file.AllowOnly("defaults", "exemptions");
        var defaults = file.Child("defaults");
        defaults.AllowOnly("enforce", "enforce-version", "audit", "audit-version", "warn", "warn-version");
        var exemptions = file.Child("exemptions");
        exemptions.AllowOnly("usernames", "namespaces", "runtimeClasses");
        return new PodSecuritySettings
        {
            Defaults = new NamespacePolicy(Mode("enforce"), Mode("audit"), Mode("warn")),
            ExemptNamespaces = Names(exemptions, "namespaces", errors, NameRules.IsDns1123Label),
            ExemptRuntimeClasses = Names(exemptions, "runtimeClasses", errors, NameRules.IsDns1123Subdomain),
            ExemptUsers = Names(
                exemptions, "usernames", errors, name => name.Length == 0 ? ["username must not be empty"] : []),
        };

        LevelVersion Mode(string name)
        {
            var level = SecurityLevel.Privileged;
            if (defaults.Text(name) is { Length: > 0 } given && !LevelVersion.TryParseLevel(given, out level))
            {
                errors.Invalid(FieldPath.Of("defaults", name), given, LevelVersion.ExpectedLevel);
            }

            var version = PolicyVersion.Latest;
            if (defaults.Text(name + "-version") is { Length: > 0 } text && !PolicyVersion.TryParse(text, out version))
            {
                errors.Invalid(FieldPath.Of("defaults", name + "-version"), text, PolicyVersion.Expected);
            }

            return new LevelVersion(level, version);
        }
    }

    private static HashSet<string> Names(
        ConfigurationObject exemptions, string field, FieldErrorList errors, Func<string, IEnumerable<string>> check)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        var index = 0;
        foreach (var name in exemptions.Texts(field))
        {
            var path = FieldPath.Of("exemptions", field).Index(index++);
            var wrong = check(name).ToList();
            if (wrong.Count > 0)
            {
                errors.Invalid(path, name, string.Join(", ", wrong));
            }
            else if (!names.Add(name))
            {
                errors.Duplicate(path, name);
            }
        }

        return names;
    }
}
