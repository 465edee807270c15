using Kube1.Api.Schema;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Kube1.Cluster.Configuration;

/// <summary>Fills a <see cref="ClusterConfig"/>: the command line wins over the environment, that over the file.</summary>
public static class ConfigLoader
{
    /// <summary>Read when it is there; `--config` names another, which must be there.</summary>
    public const string DefaultConfigFile = "/etc/kube1/config.yaml";

    /// <summary>
    /// Loads the settings of one command. Throws <see cref="ConfigException"/> that names the setting, where it stands
    /// and what is expected.
    /// </summary>
    /// <param name="scope">The command.</param>
    /// <param name="configFile">The value of `--config`; null for the default file.</param>
    /// <param name="environment">A variable's value, or null.</param>
    /// <param name="commandLine">The values given by flag, by the setting's name.</param>
    public static ClusterConfig Load(
        SettingScope scope, string? configFile, Func<string, string?> environment,
        IReadOnlyDictionary<string, IReadOnlyList<string>> commandLine)
    {
        var config = new ClusterConfig();
        var file = ReadFile(configFile, scope);
        foreach (var setting in SettingCatalog.All.Where(s => (s.Scope & scope) != 0))
        {
            if (commandLine.TryGetValue(setting.Name, out var given))
            {
                Apply(config, setting, given, $"--{setting.Name}");
            }
            else if (environment(setting.EnvironmentVariable) is { } variable)
            {
                IReadOnlyList<string> values = setting.Repeatable ? variable.Split(',') : [variable];
                Apply(config, setting, values, setting.EnvironmentVariable);
            }
            else if (file.TryGetValue(setting.Name, out var values))
            {
                Apply(config, setting, values, $"{setting.Name} in {configFile ?? DefaultConfigFile}");
            }
        }

        CheckTogether(config, scope);
        return config;
    }

    private static void Apply(ClusterConfig config, Setting setting, IReadOnlyList<string> values, string where)
    {
        if (values.Count > 1 && !setting.Repeatable)
        {
            throw new ConfigException($"{where} is given {values.Count} times; give it once");
        }

        foreach (var value in values)
        {
            try
            {
                setting.Apply(config, value);
            }
            catch (Exception e) when (e is FormatException or ArgumentException)
            {
                throw new ConfigException($"{where}: '{value}' does not do: {e.Message}");
            }
        }
    }

    private static Dictionary<string, IReadOnlyList<string>> ReadFile(string? path, SettingScope scope)
    {
        var values = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        var file = path ?? DefaultConfigFile;
        if (!File.Exists(file))
        {
            return path is null ? values : throw new ConfigException($"--config: there is no file {path}");
        }

        YamlStream yaml;
        try
        {
            using var reader = File.OpenText(file);
            yaml = BoundedYamlParser.Load(reader);
        }
        catch (YamlException e)
        {
            throw new ConfigException($"{file} is no YAML: line {e.Start.Line}: {e.Message}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ConfigException($"{file} cannot be read: {e.Message}");
        }

        if (yaml.Documents.Count == 0)
        {
            return values;
        }

        if (yaml.Documents[0].RootNode is not YamlMappingNode map)
        {
            throw new ConfigException($"{file}: lines of the form 'setting: value' are expected");
        }

        foreach (var (key, value) in map.Children)
        {
            var name = key.ToString();
            if (SettingCatalog.Find(name) is not { } setting)
            {
                throw new ConfigException($"{file}: line {key.Start.Line}: there is no setting '{name}'");
            }

            // One file may serve server and agent alike, so a setting of the other command is passed over.
            if ((setting.Scope & scope) != 0)
            {
                values[name] = value is YamlSequenceNode list ? [.. list.Select(i => i.ToString())] : [value.ToString()];
            }
        }

        return values;
    }

    private static void CheckTogether(ClusterConfig config, SettingScope scope)
    {
        if (scope == SettingScope.Agent)
        {
            if (config.Join is null)
            {
                throw new ConfigException("--join is missing: name the server, https://HOST:6443");
            }

            return;
        }

        if (config.EnabledAdmissionPlugins.FirstOrDefault(config.DisabledAdmissionPlugins.Contains) is { } both)
        {
            throw new ConfigException(
                $"--enable-admission-plugins and --disable-admission-plugins both name {both}; name it once");
        }

        AuthenticationSettings.CheckTogether(config.Authentication);
        if (Overlap(config.ClusterCidr, config.ServiceCidr))
        {
            throw new ConfigException(
                $"--cluster-cidr {config.ClusterCidr} and --service-cidr {config.ServiceCidr} overlap; choose ranges apart");
        }

        if (!config.ServiceCidr.Contains(config.EffectiveClusterDns))
        {
            throw new ConfigException(
                $"--cluster-dns {config.EffectiveClusterDns} is not in the service range {config.ServiceCidr}");
        }
    }

    private static bool Overlap(System.Net.IPNetwork a, System.Net.IPNetwork b) =>
        a.Contains(b.BaseAddress) || b.Contains(a.BaseAddress);
}
