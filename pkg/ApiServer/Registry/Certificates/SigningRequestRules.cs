using System.Text.Json.Nodes;
using Kube1.Api.Validation;
using Kube1.ApiServer.Registry.Core;

namespace Kube1.ApiServer.Registry.Certificates;

/// <summary>
/// What CertificateSigningRequests must obey; order, paths and words are those of
/// k8s.io/kubernetes/pkg/apis/certificates/validation.
/// </summary>
internal static class SigningRequestRules
{
    private const long MinExpirationSeconds = 600;

    private static readonly FieldPath Spec = FieldPath.Of("spec");

    private static readonly FieldPath Conditions = FieldPath.Of("status", "conditions");

    private static readonly FieldPath Certificate = FieldPath.Of("status", "certificate");

    private static readonly string[] Usages =
    [
        "any", "cert sign", "client auth", "code signing", "content commitment", "crl sign", "data encipherment",
        "decipher only", "digital signature", "email protection", "encipher only", "ipsec end system", "ipsec tunnel",
        "ipsec user", "key agreement", "key encipherment", "microsoft sgc", "netscape sgc", "ocsp signing", "s/mime",
        "server auth", "signing", "timestamping",
    ];

    /// <summary>Conditions that are never taken back.</summary>
    private static readonly string[] Final = ["Approved", "Denied", "Failed"];

    /// <summary>Checks a request; what the stored one has wrong already it may keep.</summary>
    public static void Validate(JsonObject obj, JsonObject? old, FieldErrorList errors)
    {
        var spec = obj.Child("spec") ?? [];
        if (CertificatePem.WrongRequest(spec.Text("request")) is { } wrong)
        {
            errors.Invalid(Spec.Child("request"), RuleExtensions.Shown(spec["request"]), wrong);
        }

        ValidateUsages(spec, errors);
        if (spec.Text("signerName") is "kubernetes.io/legacy-unknown" and var legacy && old.Text("spec.signerName") != legacy)
        {
            errors.Invalid(
                Spec.Child("signerName"), legacy, "the legacy signerName is not allowed via this API version");
        }
        else
        {
            ValidateSignerName(spec.Text("signerName"), Spec.Child("signerName"), errors);
        }

        if (spec.Integer("expirationSeconds") is < MinExpirationSeconds and var seconds)
        {
            errors.Invalid(
                Spec.Child("expirationSeconds"), seconds,
                "may not specify a duration less than 600 seconds (10 minutes)");
        }

        ValidateConditions(obj, old, errors);
        var certificate = obj.Text("status.certificate");
        if (certificate != old.Text("status.certificate") && CertificatePem.WrongCertificates(certificate) is { } bad)
        {
            errors.Invalid(Certificate, "<certificate data>", bad);
        }
    }

    /// <summary>
    /// Checks a changed request: approval may only decide, the status only sign, and neither can undo what was done.
    /// </summary>
    public static void ValidateUpdate(JsonObject obj, JsonObject old, bool approving, bool signing, FieldErrorList errors)
    {
        Validate(obj, old, errors);
        foreach (var type in Final)
        {
            if (Of(obj, type).Count < Of(old, type).Count)
            {
                errors.Forbidden(Conditions, $"updates may not remove a condition of type \"{type}\"");
            }
        }

        if (!approving)
        {
            ValidateUndecided(obj, old, errors);
        }

        var before = old.Text("status.certificate");
        if (obj.Text("status.certificate") == before)
        {
            return;
        }

        if (!signing)
        {
            errors.Forbidden(Certificate, "updates may not set certificate content");
        }
        else if (before.Length > 0)
        {
            errors.Forbidden(Certificate, "updates may not modify existing certificate content");
        }
    }

    /// <summary>"example.com/signer": a domain, and a path whose parts are names.</summary>
    public static void ValidateSignerName(string name, FieldPath path, FieldErrorList errors)
    {
        const int maxDomain = 253;
        const int maxName = maxDomain + 1 + maxDomain + 63 + 1;
        if (name.Length == 0)
        {
            errors.Required(path);
            return;
        }

        var parts = name.Split('/');
        if (parts.Length != 2)
        {
            errors.Invalid(
                path, name, "must be a fully qualified domain and path of the form 'example.com/signer-name'");
            return;
        }

        if (parts[0].Length > maxDomain)
        {
            errors.TooLong(path, maxDomain);
        }

        var labels = parts[0].Split('.');
        ValidateLabels(parts[0], labels, NameRules.IsDns1123Label, path, errors);
        if (labels.Length < 2)
        {
            errors.Invalid(path, parts[0], "should be a domain with at least two segments separated by dots");
        }

        ValidateLabels(parts[1], parts[1].Split('.'), NameRules.IsDns1123Subdomain, path, errors);
        if (name.Length > maxName)
        {
            errors.TooLong(path, maxName);
        }
    }

    private static void ValidateLabels(
        string whole, string[] labels, Func<string, IReadOnlyList<string>> rule, FieldPath path, FieldErrorList errors)
    {
        // The messages of further labels would say the same.
        if (labels.FirstOrDefault(label => rule(label).Count > 0) is { } wrong)
        {
            foreach (var message in rule(wrong))
            {
                errors.Invalid(path, whole, $"validating label \"{wrong}\": {message}");
            }
        }
    }

    private static void ValidateUsages(JsonObject spec, FieldErrorList errors)
    {
        var path = Spec.Child("usages");
        var usages = spec.Texts("usages").ToList();
        if (usages.Count == 0)
        {
            errors.Required(path);
        }

        foreach (var (usage, at) in usages.AsEnumerable().Indexed(path).Where(u => !Usages.Contains(u.Item)))
        {
            errors.NotOneOf(at, usage, Usages);
        }

        var seen = new HashSet<string>();
        foreach (var (usage, at) in usages.AsEnumerable().Indexed(path).Where(u => !seen.Add(u.Item)))
        {
            errors.Duplicate(at, usage);
        }
    }

    private static void ValidateConditions(JsonObject obj, JsonObject? old, FieldErrorList errors)
    {
        var mayContradict = old is not null && Of(old, "Approved").Count > 0 && Of(old, "Denied").Count > 0;
        var seen = new HashSet<string>();
        foreach (var (condition, at) in obj.Child("status").Items("conditions").Indexed(Conditions))
        {
            var (type, status) = (condition.Text("type"), condition.Text("status"));
            errors.RequiredText(at.Child("type"), type);
            string[] allowed = Final.Contains(type) ? ["True"] : ["False", "True", "Unknown"];
            errors.OneOf(at.Child("status"), status, allowed);
            var opposite = type switch { "Approved" => "Denied", "Denied" => "Approved", _ => null };
            if (opposite is not null && !mayContradict && seen.Contains(opposite))
            {
                errors.Invalid(
                    at.Child("type"), type, "Approved and Denied conditions are mutually exclusive");
            }

            if (!seen.Add(type))
            {
                errors.Duplicate(at.Child("type"), type);
            }
        }
    }

    private static void ValidateUndecided(JsonObject obj, JsonObject old, FieldErrorList errors)
    {
        foreach (var type in new[] { "Approved", "Denied" })
        {
            var (now, before) = (Of(obj, type), Of(old, type));
            if (now.Count > before.Count)
            {
                errors.Forbidden(Conditions, $"updates may not add a condition of type \"{type}\"");
            }
            else if (now.Count == before.Count && now.Zip(before).Any(pair => !JsonNode.DeepEquals(pair.First, pair.Second)))
            {
                errors.Forbidden(Conditions, $"updates may not modify a condition of type \"{type}\"");
            }
        }
    }

    private static List<JsonObject> Of(JsonObject obj, string type) =>
        [.. obj.Child("status").Items("conditions").Where(c => c.Text("type") == type)];
}
