using System.CommandLine;
using Kube1.Cluster.Configuration;

namespace Kube1.Cmd.Commands;

/// <summary>
/// The flags of `server` and `agent`: one for each row of <see cref="SettingCatalog"/>. Other commands offer some of
/// the rows; the config file and the environment give them the rest all the same.
/// </summary>
internal sealed class SettingOptions
{
    private readonly SettingScope _scope;
    private readonly Dictionary<string, Option<string[]>> _options = new(StringComparer.Ordinal);
    private readonly Option<string?> _config = new("--config")
    {
        Description = $"Read settings from this file (default {ConfigLoader.DefaultConfigFile}, when it is there)",
        HelpName = "FILE",
    };

    public SettingOptions(Command command, SettingScope scope, params IReadOnlyList<string> only)
    {
        _scope = scope;
        foreach (var setting in SettingCatalog.All
            .Where(s => (s.Scope & scope) != 0 && (only.Count == 0 || only.Contains(s.Name))))
        {
            var option = new Option<string[]>("--" + setting.Name)
            {
                Description = setting.Description,
                HelpName = setting.ValueName,
                Arity = setting.IsSwitch ? ArgumentArity.ZeroOrOne : ArgumentArity.OneOrMore,
                AllowMultipleArgumentsPerToken = false,
            };
            _options[setting.Name] = option;
            command.Options.Add(option);
        }

        command.Options.Add(_config);
    }

    public ClusterConfig Load(ParseResult parsed)
    {
        var given = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        foreach (var (name, option) in _options)
        {
            if (parsed.GetResult(option) is { Implicit: false })
            {
                var values = parsed.GetValue(option) ?? [];
                given[name] = values.Length == 0 ? [""] : values;
            }
        }

        return ConfigLoader.Load(_scope, parsed.GetValue(_config), Environment.GetEnvironmentVariable, given);
    }
}
