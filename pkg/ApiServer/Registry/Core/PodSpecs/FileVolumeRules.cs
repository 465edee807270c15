using Kube1.Api.Models;
using Kube1.Api.Validation;

namespace Kube1.ApiServer.Registry.Core.PodSpecs;

/// <summary>Volumes that the kubelet fills with files: secrets, config maps, the downward API, and all of them together.</summary>
internal static class FileVolumeRules
{
    private const int MaxFileMode = 511; // 0777

    private const string ModeRange = "must be a number between 0 and 0777 (octal), both inclusive";

    private const long MinTokenSeconds = 600;

    private const long MaxTokenSeconds = 1L << 32;

    private static readonly string[] Fields =
        ["metadata.annotations", "metadata.labels", "metadata.name", "metadata.namespace", "metadata.uid"];

    private static readonly string[] KeyTypes = ["ECDSAP256", "ECDSAP384", "ECDSAP521", "ED25519", "RSA3072", "RSA4096"];

    /// <summary>The files of a secret.</summary>
    public static void Secret(V1SecretVolumeSource source, FieldPath path, FieldErrorList errors)
    {
        errors.RequiredText(path.Child("secretName"), source.SecretName);
        ValidateMode(source.DefaultMode, path.Child("defaultMode"), errors);
        foreach (var (item, at) in source.Items.Indexed(path.Child("items")))
        {
            ValidateItem(item, at, errors);
        }
    }

    /// <summary>The files of a config map.</summary>
    public static void ConfigMap(V1ConfigMapVolumeSource source, FieldPath path, FieldErrorList errors)
    {
        errors.RequiredText(path.Child("name"), source.Name);
        ValidateMode(source.DefaultMode, path.Child("defaultMode"), errors);
        foreach (var (item, at) in source.Items.Indexed(path.Child("items")))
        {
            ValidateItem(item, at, errors);
        }
    }

    /// <summary>Facts about the pod. Upstream's paths name no item.</summary>
    public static void Downward(V1DownwardAPIVolumeSource source, FieldPath path, FieldErrorList errors)
    {
        ValidateMode(source.DefaultMode, path.Child("defaultMode"), errors);
        foreach (var file in source.Items ?? [])
        {
            ValidateFile(file, path, errors);
        }
    }

    /// <summary>Several of these in one volume: no two may write the same file.</summary>
    public static void Projected(V1ProjectedVolumeSource source, FieldPath path, FieldErrorList errors)
    {
        ValidateMode(source.DefaultMode, path.Child("defaultMode"), errors);
        var taken = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (part, at) in source.Sources.Indexed(path.Child("sources")))
        {
            var count = 0;
            if (part.Secret is { } secret)
            {
                count++;
                ValidateProjected(secret.Name, secret.Items, taken, path, at.Child("secret"), errors);
            }

            if (part.ConfigMap is { } map)
            {
                count++;
                ValidateProjected(map.Name, map.Items, taken, path, at.Child("configMap"), errors);
            }

            if (part.DownwardAPI is { } downward)
            {
                count++;
                foreach (var file in downward.Items ?? [])
                {
                    ValidateFile(file, at.Child("downwardAPI"), errors);
                    TakePath(file.Path, file.Path, taken, path, errors);
                }
            }

            count += ValidateToken(part.ServiceAccountToken, path, at, errors);
            count += ValidateBundle(part.ClusterTrustBundle, taken, path, at.Child("clusterTrustBundle"), errors);
            count += ValidateCertificate(part.PodCertificate, at.Child("podCertificate"), errors);
            if (count > 1)
            {
                errors.Forbidden(at, "may not specify more than 1 volume type per source");
            }
        }
    }

    private static void ValidateMode(int? mode, FieldPath path, FieldErrorList errors)
    {
        if (mode is < 0 or > MaxFileMode)
        {
            errors.Invalid(path, mode, ModeRange);
        }
    }

    private static void ValidateItem(V1KeyToPath item, FieldPath path, FieldErrorList errors)
    {
        errors.RequiredText(path.Child("key"), item.Key);
        errors.RequiredText(path.Child("path"), item.Path);
        PathRules.NotReserved(item.Path, path.Child("path"), errors);
        ValidateMode(item.Mode, path.Child("mode"), errors);
    }

    private static void ValidateFile(V1DownwardAPIVolumeFile file, FieldPath path, FieldErrorList errors)
    {
        errors.RequiredText(path.Child("path"), file.Path);
        PathRules.NotReserved(file.Path, path.Child("path"), errors);
        if (file.FieldRef is { } field)
        {
            EnvironmentRules.ValidateField(field, Fields, path.Child("fieldRef"), errors);
            if (file.ResourceFieldRef is not null)
            {
                errors.Invalid(path, "resource", "fieldRef and resourceFieldRef can not be specified simultaneously");
            }
        }
        else if (file.ResourceFieldRef is { } resource)
        {
            EnvironmentRules.ValidateResource(resource, needsContainer: true, path.Child("resourceFieldRef"), errors);
        }
        else
        {
            errors.Required(path, "one of fieldRef and resourceFieldRef is required");
        }

        ValidateMode(file.Mode, path.Child("mode"), errors);
    }

    private static void ValidateProjected(
        string? name, List<V1KeyToPath>? items, HashSet<string> taken, FieldPath path, FieldPath source, FieldErrorList errors)
    {
        errors.RequiredText(source.Child("name"), name);
        foreach (var (item, at) in items.Indexed(source.Child("items")))
        {
            ValidateItem(item, at, errors);
            TakePath(item.Path, name ?? "", taken, path, errors);
        }
    }

    private static void TakePath(string file, string shown, HashSet<string> taken, FieldPath path, FieldErrorList errors)
    {
        if (file.Length > 0 && !taken.Add(file))
        {
            errors.Invalid(path, shown, "conflicting duplicate paths");
        }
    }

    private static int ValidateToken(
        V1ServiceAccountTokenProjection? token, FieldPath path, FieldPath source, FieldErrorList errors)
    {
        if (token is null)
        {
            return 0;
        }

        var seconds = token.ExpirationSeconds ?? 0;
        var at = source.Child("serviceAccountToken", "expirationSeconds");
        if (seconds < MinTokenSeconds)
        {
            errors.Invalid(at, seconds, "may not specify a duration less than 10 minutes");
        }

        if (seconds > MaxTokenSeconds)
        {
            errors.Invalid(at, seconds, "may not specify a duration larger than 2^32 seconds");
        }

        if (token.Path.Length == 0)
        {
            errors.Required(path.Child("path"));
        }
        else
        {
            PathRules.NotReserved(token.Path, path.Child("path"), errors);
        }

        return 1;
    }

    private static int ValidateBundle(
        V1ClusterTrustBundleProjection? bundle, HashSet<string> taken, FieldPath path, FieldPath source, FieldErrorList errors)
    {
        if (bundle is null)
        {
            return 0;
        }

        switch (bundle.Name, bundle.SignerName)
        {
            case (not null, not null):
                errors.Invalid(source, Shown(bundle), "only one of name and signerName may be used");
                break;
            case ({ } name, null):
                errors.RequiredText(source.Child("name"), name, "must be a valid object name");
                foreach (var message in NameRules.IsDns1123Subdomain(name[(name.LastIndexOf(':') + 1)..]))
                {
                    errors.Invalid(source.Child("name"), name, "not a valid clustertrustbundlename: " + message);
                }

                if (bundle.LabelSelector is { } selector)
                {
                    errors.Invalid(
                        source.Child("labelSelector"), VerbatimValue.Of(KubeJson.ToJson(selector)),
                        "labelSelector must be unset if name is specified");
                }

                break;
            case (null, { } signer):
                errors.RequiredText(source.Child("signerName"), signer, "must be a valid signer name");
                ValidateSigner(signer, source.Child("signerName"), errors);
                LabelSelectorValidation.Validate(bundle.LabelSelector, source.Child("labelSelector"), errors);
                break;
            default:
                errors.Required(source, "either name or signerName must be specified");
                break;
        }

        errors.RequiredText(source.Child("path"), bundle.Path);
        PathRules.NotReserved(bundle.Path, source.Child("path"), errors);
        TakePath(bundle.Path, bundle.Path, taken, path, errors);
        return 1;
    }

    private static int ValidateCertificate(V1PodCertificateProjection? certificate, FieldPath path, FieldErrorList errors)
    {
        if (certificate is null)
        {
            return 0;
        }

        ValidateSigner(certificate.SignerName, path.Child("signerName"), errors);
        if (!KeyTypes.Contains(certificate.KeyType))
        {
            errors.NotSupported(path.Child("keyType"), certificate.KeyType, KeyTypes);
        }

        return 1;
    }

    private static void ValidateSigner(string signer, FieldPath path, FieldErrorList errors)
    {
        if (signer.Length == 0)
        {
            errors.Required(path);
        }
        else if (signer.Split('/') is not [{ Length: > 0 } domain, { Length: > 0 }])
        {
            errors.Invalid(
                path, signer, "must be a fully qualified domain and path of the form 'example.com/signer-name'");
        }
        else
        {
            errors.AddMessages(path, domain, NameRules.IsDns1123Subdomain);
        }
    }

    private static VerbatimValue Shown(V1ClusterTrustBundleProjection bundle) => VerbatimValue.Struct(
        ("Name", bundle.Name), ("SignerName", bundle.SignerName),
        ("LabelSelector", bundle.LabelSelector is null ? null : VerbatimValue.Of(KubeJson.ToJson(bundle.LabelSelector))),
        ("Optional", bundle.Optional), ("Path", bundle.Path));
}
