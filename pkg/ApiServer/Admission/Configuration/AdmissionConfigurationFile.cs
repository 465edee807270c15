using System.Text.Json;
using System.Text.Json.Nodes;
using Kube1.Api.Schema;
using Kube1.Api.Validation;

namespace Kube1.ApiServer.Admission.Configuration;

/// <summary>The file of --admission-control-config-file cannot be used; the message says where and why.</summary>
public sealed class AdmissionConfigurationException(string message) : Exception(message);

/// <summary>
/// Reads an AdmissionConfiguration (apiserver.config.k8s.io/v1): what each plug-in is to do, in the file or in one of its
/// own. Source: https://kubernetes.io/docs/reference/config-api/apiserver-config.v1/
/// </summary>
public static class AdmissionConfigurationFile
{
    /// <summary>Far more than any configuration: a wrong path must not fill the memory.</summary>
    private const int MaxSizeBytes = 1024 * 1024;

    private static readonly string[] Versions = ["apiserver.config.k8s.io/v1", "apiserver.k8s.io/v1alpha1"];

    /// <summary>The settings with what the file says. Throws <see cref="AdmissionConfigurationException"/>.</summary>
    public static AdmissionSettings Apply(string path, AdmissionSettings settings)
    {
        var file = new ConfigurationObject(path, Read(path));
        file.Require("AdmissionConfiguration", Versions);
        file.AllowOnly("plugins");
        foreach (var plugin in file.Items("plugins"))
        {
            plugin.AllowOnly("name", "path", "configuration");
            var name = plugin.Text("name");
            if (Configuration(path, name, plugin) is not { } configuration)
            {
                continue;
            }

            var errors = new FieldErrorList();
            settings = name switch
            {
                "PodSecurity" => settings with { PodSecurity = PodSecurityConfiguration.Read(configuration, errors) },
                "ResourceQuota" => settings with { LimitedResources = QuotaConfiguration.Read(configuration) },
                _ => throw file.Wrong($"there is no admission plug-in '{name}' that takes a configuration"),
            };
            if (errors.Count > 0)
            {
                throw configuration.Wrong(string.Join("; ", errors.Select(e => e.ToString())));
            }
        }

        return settings;
    }

    // Null when the plug-in is named and nothing more.
    private static ConfigurationObject? Configuration(string file, string plugin, ConfigurationObject entry)
    {
        var where = $"{file}, plug-in {plugin}";
        if (entry.Json["configuration"] is JsonObject inline)
        {
            return new ConfigurationObject(where, inline);
        }

        var path = entry.Text("path");
        if (path.Length == 0)
        {
            return null;
        }

        path = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(file))!, path);
        return new ConfigurationObject(path, Read(path));
    }

    private static JsonObject Read(string path)
    {
        try
        {
            if (new FileInfo(path).Length > MaxSizeBytes)
            {
                throw new AdmissionConfigurationException($"{path} is larger than {MaxSizeBytes} bytes");
            }

            return JsonNode.Parse(YamlConverter.ToJson(File.ReadAllBytes(path))) as JsonObject
                ?? throw new AdmissionConfigurationException($"{path} is no object");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ObjectDecodeException or JsonException)
        {
            throw new AdmissionConfigurationException($"{path} cannot be read: {e.Message}");
        }
    }
}
